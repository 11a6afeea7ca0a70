import type { Judged } from '../compare/judged.ts';
import { formatValue } from '../format-value.ts';
import { htmlText } from './html-text.ts';

const WIDTH = 240;
const HEIGHT = 60;
const EDGE = 4;

/** Fewest values that make a trend. */
export const FEWEST_SHOWN = 3;
/** The least share of a value that fills the height: noise must not look like mountains. */
const LEAST_REACH = 0.2;

/** The trend of a metric as a picture, with a line where its level changed; nothing for two values. */
export function trendSvg({ benchmark, unit, trend = [], since, state }: Judged): string {
  if (trend.length < FEWEST_SHOWN) return '';
  const [lowest, highest] = [Math.min(...trend), Math.max(...trend)];
  const room = Math.max(0, LEAST_REACH * Math.abs(highest) - (highest - lowest)) / 2;
  const [least, most] = [lowest - room, highest + room];
  const reach = most - least || 1;
  const x = (index: number) => EDGE + (index / (trend.length - 1)) * (WIDTH - 2 * EDGE);
  const y = (value: number) => HEIGHT - EDGE - ((value - least) / reach) * (HEIGHT - 2 * EDGE);
  const at = (value: number, index: number) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`;
  const dots = trend
    .map((value, index) => {
      const [cx, cy] = at(value, index).split(',');
      const last = index === trend.length - 1;
      return `<circle cx="${cx}" cy="${cy}" r="${last ? 2.5 : 1.2}"><title>${htmlText(formatValue(value, unit))}${last ? ' (this run)' : ''}</title></circle>`;
    })
    .join('');
  // Seen when it is large.
  const label = (text: string, atX: number, atY: number) =>
    `<text x="${atX.toFixed(1)}" y="${atY.toFixed(1)}">${htmlText(text)}</text>`;
  const scale =
    label(formatValue(highest, unit), EDGE, y(highest) - 1) +
    label(formatValue(lowest, unit), EDGE, y(lowest) + 4);
  const changed =
    since === undefined
      ? ''
      : `<line class="change" x1="${x(since.index).toFixed(1)}" x2="${x(since.index).toFixed(1)}" y1="0" y2="${HEIGHT}"><title>${htmlText(`${since.sha.slice(0, 12)}, ${since.time}`)}</title></line>${label(since.sha.slice(0, 12), x(since.index) + 1, HEIGHT / 2)}`;
  return `<svg class="trend ${state}" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Trend of ${htmlText(benchmark)}: ${htmlText(formatValue(lowest, unit))} to ${htmlText(formatValue(highest, unit))}" tabindex="0"><polyline points="${trend.map(at).join(' ')}"/>${changed}${scale}${dots}</svg>`;
}
