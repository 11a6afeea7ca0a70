import type { Verdict } from '@repo/core/outcome';
import type { Judged } from '../compare/judged.ts';
import { formatChange, formatValue } from '../format-value.ts';
import { SCRIPT, STYLE } from './html-assets.ts';
import { htmlText } from './html-text.ts';
import { change, SIGNS } from './rows.ts';
import { trendSvg } from './trend-svg.ts';

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
<p class="small">Compared with ${htmlText(against)}. ${htmlText(shift)} ${htmlText(time)}${sha === '' ? '' : `, commit ${htmlText(sha.slice(0, 12))}`}</p>
<p><label>Show only <input id="filter" type="search" placeholder="part of a name or state"></label></p>
<table>
<thead><tr><th></th><th>Benchmark</th><th>Before</th><th>After</th><th>Change</th><th>Interval</th><th>Verdict</th><th>Trend</th></tr></thead>
<tbody>
${shown.map(rowHtml).join('\n')}
</tbody>
</table>
${left > 0 ? `<p>… and ${left} more; the JSON report has them.</p>` : ''}
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function rowHtml(row: Judged): string {
  const { benchmark, metric, unit, before, after, low, high, state, reason, since, p } = row;
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
  const number = (value: number | undefined) =>
    `<td class="number">${value === undefined ? '' : htmlText(formatValue(value, unit))}</td>`;
  return `<tr class="${state}"><td title="${state}">${SIGNS[state]}</td><td><code>${htmlText(benchmark)}</code> ${htmlText(metric === benchmark ? '' : metric)}</td>${number(before)}${number(after)}<td class="number">${change(row)}</td><td class="number">${interval}</td><td>${why}</td><td>${trendSvg(row)}</td></tr>`;
}
