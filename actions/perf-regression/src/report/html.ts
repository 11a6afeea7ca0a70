import type { Verdict } from '@repo/core/action/outcome';
import type { Judged } from '../compare/judged.ts';
import { formatChange, formatValue } from '../format-value.ts';
import { SCRIPT, STYLE } from './html-assets.ts';
import { htmlText } from './html-text.ts';
import { metricLabel } from './metric-label.ts';
import { change, SIGNS } from './rows.ts';
import { FEWEST_SHOWN, trendSvg } from './trend-svg.ts';

/** Rows that the page has; a browser is slow with more. */
const MOST_ROWS = 1_000;

/** What the page tells. */
export interface Page {
  readonly verdict: Verdict;
  readonly message: string;
  readonly against: string;
  readonly shift: string;
  /** What matters first. */
  readonly rows: readonly Judged[];
  /** ISO 8601. */
  readonly time: string;
  readonly sha: string;
}

/**
 * The report as one HTML file that needs nothing else: a row for each metric, its trend with the
 * change of level and the commit that brought it, a filter, and trends that grow when clicked.
 */
export function htmlPage({ verdict, message, against, shift, rows, time, sha }: Page): string {
  const shown = rows.slice(0, MOST_ROWS);
  const left = rows.length - shown.length;
  const has: Columns = {
    interval: shown.some(({ low, high }) => low !== undefined && high !== undefined),
    trend: shown.some(({ trend = [] }) => trend.length >= FEWEST_SHOWN),
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>perf-regression: ${verdict}</title>
<style>${STYLE}</style>
</head>
<body>
<h1 class="${verdict}">perf-regression: ${verdict}</h1>
<p>${htmlText(message)}.</p>
<p class="small">Compared with ${htmlText(against)}. ${htmlText(shift)} ${htmlText(time.slice(0, 16).replace('T', ' '))} UTC${sha === '' ? '' : `, commit ${htmlText(sha.slice(0, 12))}`}</p>
<p><label>Show only <input id="filter" type="search" placeholder="part of a name or state"></label></p>
<table>
<thead><tr><th></th><th>Benchmark</th><th class="number">Before</th><th class="number">After</th><th class="number">Change</th>${has.interval ? '<th class="number">Interval</th>' : ''}<th>Verdict</th>${has.trend ? '<th>Trend</th>' : ''}</tr></thead>
<tbody>
${shown.map((row) => rowHtml(row, has)).join('\n')}
</tbody>
</table>
${left > 0 ? `<p>… and ${left} more; the JSON report has them.</p>` : ''}
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** Columns that only some tables need. */
interface Columns {
  readonly interval: boolean;
  readonly trend: boolean;
}

function rowHtml(row: Judged, has: Columns): string {
  const { benchmark, unit, before, after, low, high, state, reason, since, p } = row;
  const interval =
    low === undefined || high === undefined ? '' : `${formatChange(low)} to ${formatChange(high)}`;
  const why = [
    htmlText(reason),
    ...(p === undefined ? [] : [`p = ${p.toPrecision(2)}`]),
    ...(since === undefined
      ? []
      : [
          `level changed by ${formatChange(since.ratio)} at <code>${htmlText(since.sha.slice(0, 12))}</code>`,
        ]),
  ].join('; ');
  const number = (text: string) => `<td class="number">${htmlText(text)}</td>`;
  const value = (of: number | undefined) => number(of === undefined ? '' : formatValue(of, unit));
  const label = metricLabel(row);
  const own = label === '' ? '' : `<span class="small">${htmlText(label)}</span>`;
  return [
    `<tr class="${state}"><td title="${state}">${SIGNS[state]}</td>`,
    `<td class="name"><code>${breakable(benchmark)}</code>${own}</td>`,
    value(before),
    value(after),
    number(change(row)),
    has.interval ? number(interval) : '',
    `<td>${why}</td>`,
    has.trend ? `<td>${trendSvg(row)}</td>` : '',
    '</tr>',
  ].join('');
}

/** A name that a line may break after a slash or dot of, not in the middle of a word. */
function breakable(name: string): string {
  return name
    .split(/(?<=[/.])/)
    .map(htmlText)
    .join('<wbr>');
}
