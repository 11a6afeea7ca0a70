import { type Column, code, type Markdown, md, table } from '@repo/core/summary/markdown';
import type { MetricResult, MetricState } from '../compare/metric-result.ts';
import { formatChange, formatMetric, formatValue } from '../format-value.ts';

export const SIGNS: Readonly<Record<MetricState, string>> = {
  fail: '❌',
  warn: '⚠️',
  unknown: '❔',
  failed: '💥',
  missing: '➖',
  renamed: '✏️',
  improved: '🚀',
  new: '🆕',
  unchanged: '✅',
  'not-gated': 'ℹ️',
};

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'Benchmark' },
  { title: 'Before', align: 'right' },
  { title: 'After', align: 'right' },
  { title: 'Change', align: 'right' },
  { title: 'Interval', align: 'right' },
  { title: 'Verdict' },
];

/** A job summary and a comment have a maximum size, so more rows are not rendered. */
const MAX_ROWS = 200;

/** A table with one row per metric, and a sparkline for metrics with a history. */
export function rowsTable(all: readonly MetricResult[], maxRows = MAX_ROWS): readonly Markdown[] {
  const rows = all.slice(0, maxRows);
  const hasTrend = rows.some(({ trend }) => trend !== undefined && trend.length > 2);
  const columns = hasTrend ? [...COLUMNS, { title: 'Trend' }] : COLUMNS;
  const shown = table(
    columns,
    rows.map((row) => [
      md`${SIGNS[row.state]}`,
      md`${code(row.benchmark)} ${formatMetric(row)}`,
      md`${row.before === undefined ? '' : formatValue(row.before, row.unit)}`,
      md`${row.after === undefined ? '' : formatValue(row.after, row.unit)}`,
      md`${formatRowChange(row)}`,
      md`${formatInterval(row)}`,
      md`${row.reason}${formatDetails(row)}`,
      ...(hasTrend ? [md`${trendLine(row.trend ?? [])}`] : []),
    ]),
    maxRows,
  );
  const omitted = all.length - rows.length;
  return omitted === 0 ? [shown] : [shown, md`… and ${omitted} more in the JSON report.`];
}

/** The change that was judged; empty without a finite ratio. */
export function formatRowChange({ adjusted, ratio }: MetricResult): string {
  const judged = adjusted ?? ratio;
  return judged === undefined || !Number.isFinite(judged) ? '' : formatChange(judged);
}

function formatInterval({ low, high, samples, method }: MetricResult): string {
  if (low !== undefined && high !== undefined) {
    return `${formatChange(low)} to ${formatChange(high)}, n = ${samples?.join(' + ')}`;
  }
  return method === 'history' && samples ? `${samples.join(' and ')} runs` : '';
}

function formatDetails({ p, q, samplesNeeded, since }: MetricResult): string {
  return [
    ...(p === undefined ? [] : [`; p = ${p.toPrecision(2)}`]),
    ...(q === undefined ? [] : [`, q = ${q.toPrecision(2)}`]),
    ...(samplesNeeded === undefined
      ? []
      : [`; about ${samplesNeeded} samples on each side would decide`]),
    ...(since === undefined
      ? []
      : [`; level changed by ${formatChange(since.ratio)} at ${since.sha.slice(0, 10)}`]),
  ].join('');
}

const BARS = '▁▂▃▄▅▆▇█';
/** A wider sparkline wraps in a table cell. */
const MAX_BARS = 30;

/** The latest values as a sparkline; empty for fewer than three values. */
function trendLine(values: readonly number[]): string {
  const shown = values.slice(-MAX_BARS);
  if (shown.length < 3) return '';
  const least = Math.min(...shown);
  const reach = Math.max(...shown) - least;
  return shown
    .map((value) => {
      const share = reach === 0 ? 0.5 : (value - least) / reach;
      return BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))];
    })
    .join('');
}
