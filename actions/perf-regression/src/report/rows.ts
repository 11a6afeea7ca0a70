import { type Column, code, type Markdown, md, table } from '@repo/core/summary/markdown';
import type { Judged, State } from '../compare/judged.ts';
import { formatChange, formatValue } from '../format-value.ts';
import { metricLabel } from './metric-label.ts';
import { trendLine } from './trend-line.ts';

export const SIGNS: Readonly<Record<State, string>> = {
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

/** Rows that a table shows: more are not even rendered. */
const MOST_ROWS = 200;

/** A table with a row for each metric, and a sparkline where there is a history. */
export function rowsTable(all: readonly Judged[], most = MOST_ROWS): readonly Markdown[] {
  const rows = all.slice(0, most);
  const hasTrend = rows.some(({ trend }) => trend !== undefined && trend.length > 2);
  const columns = hasTrend ? [...COLUMNS, { title: 'Trend' }] : COLUMNS;
  const shown = table(
    columns,
    rows.map((row) => [
      md`${SIGNS[row.state]}`,
      md`${code(row.benchmark)} ${metricLabel(row)}`,
      md`${row.before === undefined ? '' : formatValue(row.before, row.unit)}`,
      md`${row.after === undefined ? '' : formatValue(row.after, row.unit)}`,
      md`${change(row)}`,
      md`${interval(row)}`,
      md`${row.reason}${details(row)}`,
      ...(hasTrend ? [md`${trendLine(row.trend ?? [])}`] : []),
    ]),
    most,
  );
  const left = all.length - rows.length;
  return left === 0 ? [shown] : [shown, md`… and ${left} more; the JSON report has them.`];
}

/** The change that was judged, and the measured one where a shift was divided out. */
export function change({ adjusted, ratio }: Judged): string {
  const judged = adjusted ?? ratio;
  return judged === undefined || !Number.isFinite(judged) ? '' : formatChange(judged);
}

function interval({ low, high, samples, method }: Judged): string {
  if (low !== undefined && high !== undefined) {
    return `${formatChange(low)} to ${formatChange(high)}, n = ${samples?.join(' + ')}`;
  }
  return method === 'history' && samples ? `${samples.join(' and ')} runs` : '';
}

function details({ p, q, samplesNeeded, since }: Judged): string {
  return [
    ...(p === undefined ? [] : [`; p = ${p.toPrecision(2)}`]),
    ...(q === undefined ? [] : [`, q = ${q.toPrecision(2)}`]),
    ...(samplesNeeded === undefined
      ? []
      : [`; about ${samplesNeeded} samples of each side would decide`]),
    ...(since === undefined
      ? []
      : [`; level changed by ${formatChange(since.ratio)} at ${since.sha.slice(0, 10)}`]),
  ].join('');
}
