import type { Verdict } from '@repo/core/action/outcome';
import type { MetricResult } from '../compare/metric-result.ts';
import { formatChange, formatMetric, formatValue } from '../format-value.ts';
import { escapeHtml, SCRIPT, STYLE } from './html-parts.ts';
import { formatRowChange, SIGNS } from './rows.ts';
import { MIN_TREND_VALUES, trendSvg } from './trend-svg.ts';

/** Browsers become slow with more rows. */
const MAX_ROWS = 1_000;

export interface HtmlReport {
  readonly verdict: Verdict;
  readonly message: string;
  readonly against: string;
  readonly shift: string;
  /** Most important first. */
  readonly rows: readonly MetricResult[];
  /** ISO 8601. */
  readonly time: string;
  readonly sha: string;
}

/**
 * The report as one self-contained HTML file: a row for each metric, its trend with the commit at
 * which its level changed, and a filter.
 */
export function htmlPage({
  verdict,
  message,
  against,
  shift,
  rows,
  time,
  sha,
}: HtmlReport): string {
  const shown = rows.slice(0, MAX_ROWS);
  const omitted = rows.length - shown.length;
  const has: Columns = {
    interval: shown.some(({ low, high }) => low !== undefined && high !== undefined),
    trend: shown.some(({ trend = [] }) => trend.length >= MIN_TREND_VALUES),
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
<p>${escapeHtml(message)}.</p>
<p class="small">Compared with ${escapeHtml(against)}. ${escapeHtml(shift)} ${escapeHtml(time.slice(0, 16).replace('T', ' '))} UTC${sha === '' ? '' : `, commit ${escapeHtml(sha.slice(0, 12))}`}</p>
<p><label>Filter <input id="filter" type="search" placeholder="part of a name or state"></label></p>
<table>
<thead><tr><th></th><th>Benchmark</th><th class="number">Before</th><th class="number">After</th><th class="number">Change</th>${has.interval ? '<th class="number">Interval</th>' : ''}<th>Verdict</th>${has.trend ? '<th>Trend</th>' : ''}</tr></thead>
<tbody>
${shown.map((row) => rowHtml(row, has)).join('\n')}
</tbody>
</table>
${omitted > 0 ? `<p>… and ${omitted} more in the JSON report.</p>` : ''}
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** Optional columns. */
interface Columns {
  readonly interval: boolean;
  readonly trend: boolean;
}

function rowHtml(row: MetricResult, has: Columns): string {
  const { benchmark, unit, before, after, low, high, state, reason, since, p } = row;
  const interval =
    low === undefined || high === undefined ? '' : `${formatChange(low)} to ${formatChange(high)}`;
  const verdict = [
    escapeHtml(reason),
    ...(p === undefined ? [] : [`p = ${p.toPrecision(2)}`]),
    ...(since === undefined
      ? []
      : [
          `level changed by ${formatChange(since.ratio)} at <code>${escapeHtml(since.sha.slice(0, 12))}</code>`,
        ]),
  ].join('; ');
  const number = (text: string) => `<td class="number">${escapeHtml(text)}</td>`;
  const value = (of: number | undefined) => number(of === undefined ? '' : formatValue(of, unit));
  const label = formatMetric(row);
  const labelHtml = label === '' ? '' : `<span class="small">${escapeHtml(label)}</span>`;
  return [
    `<tr class="${state}"><td title="${state}">${SIGNS[state]}</td>`,
    `<td class="name"><code>${breakable(benchmark)}</code>${labelHtml}</td>`,
    value(before),
    value(after),
    number(formatRowChange(row)),
    has.interval ? number(interval) : '',
    `<td>${verdict}</td>`,
    has.trend ? `<td>${trendSvg(row)}</td>` : '',
    '</tr>',
  ].join('');
}

/** Lets the browser break a long name after a slash or a dot. */
function breakable(name: string): string {
  return name
    .split(/(?<=[/.])/)
    .map(escapeHtml)
    .join('<wbr>');
}
