import type { Judged } from '../compare/judged.ts';
import { formatValue } from '../format-value.ts';
import { htmlText } from './html-text.ts';

const WIDTH = 240;
const HEIGHT = 60;
const EDGE = 4;

/** The trend of a metric as a picture, with a line where its level changed; nothing for two values. */
export function trendSvg({ benchmark, unit, trend = [], since, state }: Judged): string {
  if (trend.length < 3) return '';
  const [least, most] = [Math.min(...trend), Math.max(...trend)];
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
  const changed =
    since === undefined
      ? ''
      : `<line class="change" x1="${x(since.index).toFixed(1)}" x2="${x(since.index).toFixed(1)}" y1="0" y2="${HEIGHT}"><title>${htmlText(`${since.sha.slice(0, 12)}, ${since.time}`)}</title></line>`;
  return `<svg class="trend ${state}" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Trend of ${htmlText(benchmark)}: ${htmlText(formatValue(least, unit))} to ${htmlText(formatValue(most, unit))}"><polyline points="${trend.map(at).join(' ')}"/>${changed}${dots}</svg>`;
}
