import type { MetricResult } from '../compare/metric-result.ts';
import { formatValue } from '../format-value.ts';
import { escapeHtml } from './html-parts.ts';

const WIDTH = 240;
const HEIGHT = 60;
const EDGE = 4;

export const MIN_TREND_VALUES = 3;
/** The height shows at least this share of the value, so that noise does not look large. */
const MIN_RANGE = 0.2;

/** The trend of a metric as SVG, with a line at the last change of level. */
export function trendSvg({ benchmark, unit, trend = [], since, state }: MetricResult): string {
  if (trend.length < MIN_TREND_VALUES) return '';
  const [lowest, highest] = [Math.min(...trend), Math.max(...trend)];
  const room = Math.max(0, MIN_RANGE * Math.abs(highest) - (highest - lowest)) / 2;
  const [least, most] = [lowest - room, highest + room];
  const reach = most - least || 1;
  const x = (index: number) => EDGE + (index / (trend.length - 1)) * (WIDTH - 2 * EDGE);
  const y = (value: number) => HEIGHT - EDGE - ((value - least) / reach) * (HEIGHT - 2 * EDGE);
  const at = (value: number, index: number) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`;
  const dots = trend
    .map((value, index) => {
      const [cx, cy] = at(value, index).split(',');
      const last = index === trend.length - 1;
      return `<circle cx="${cx}" cy="${cy}" r="${last ? 2.5 : 1.2}"><title>${escapeHtml(formatValue(value, unit))}${last ? ' (this run)' : ''}</title></circle>`;
    })
    .join('');
  // Visible when the trend is enlarged.
  const label = (text: string, atX: number, atY: number) =>
    `<text x="${atX.toFixed(1)}" y="${atY.toFixed(1)}">${escapeHtml(text)}</text>`;
  const scale =
    label(formatValue(highest, unit), EDGE, y(highest) - 1) +
    label(formatValue(lowest, unit), EDGE, y(lowest) + 4);
  const changed =
    since === undefined
      ? ''
      : `<line class="change" x1="${x(since.index).toFixed(1)}" x2="${x(since.index).toFixed(1)}" y1="0" y2="${HEIGHT}"><title>${escapeHtml(`${since.sha.slice(0, 12)}, ${since.time}`)}</title></line>${label(since.sha.slice(0, 12), x(since.index) + 1, HEIGHT / 2)}`;
  return `<svg class="trend ${state}" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Trend of ${escapeHtml(benchmark)}: ${escapeHtml(formatValue(lowest, unit))} to ${escapeHtml(formatValue(highest, unit))}" tabindex="0"><polyline points="${trend.map(at).join(' ')}"/>${changed}${scale}${dots}</svg>`;
}
