import type { Verdict } from '@repo/core/action/outcome';
import { pluralize } from '@repo/core/text/pluralize';
import type { MetricResult, MetricState } from './compare/metric-result.ts';
import { formatChange, formatMetric } from './format-value.ts';

export type Counts = Readonly<Record<MetricState, number>>;

/** The verdict over all metrics. */
export interface Judgement {
  readonly verdict: Verdict;
  /** The verdict in one sentence, without a full stop. */
  readonly message: string;
  /** Most important first. */
  readonly rows: readonly MetricResult[];
  readonly counts: Counts;
}

/** All states, most important first. */
export const STATES = [
  'fail',
  'warn',
  'unknown',
  'failed',
  'missing',
  'renamed',
  'improved',
  'new',
  'unchanged',
  'not-gated',
] as const satisfies readonly MetricState[];

export interface JudgeOptions {
  /** Whether missing and failed benchmarks fail the run (`fail-on: missing`). */
  readonly strict: boolean;
  /** Whether a label of the pull request accepts regressions. */
  readonly accepted: boolean;
  /** Default: counted from the rows, which a saved report may have only a part of. */
  readonly counts?: Counts;
}

/** Judges the results of all metrics. */
export function judge(
  rows: readonly MetricResult[],
  { strict, accepted, counts = countStates(rows) }: JudgeOptions,
): Judgement {
  const sorted = sortByImportance(rows);
  const verdict = computeVerdict(counts, strict);
  const message = summarize(sorted, counts);
  return accepted && verdict === 'fail'
    ? { verdict: 'warn', message: `${message}; accepted by label`, rows: sorted, counts }
    : { verdict, message, rows: sorted, counts };
}

export function countStates(rows: readonly MetricResult[]): Counts {
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<
    MetricState,
    number
  >;
  for (const { state } of rows) counts[state]++;
  return counts;
}

/**
 * Failed, missing and renamed benchmarks were not compared, so they do not pass; neither does a run
 * without any compared metric.
 */
export function computeVerdict(counts: Counts, strict: boolean): Verdict {
  const absent = counts.failed + counts.missing + counts.renamed;
  if (counts.fail > 0 || (strict && absent > 0)) return 'fail';
  if (counts.warn > 0) return 'warn';
  if (counts.unknown + absent > 0) return 'unknown';
  return counts.improved + counts.unchanged > 0 ? 'pass' : 'unknown';
}

/** @param rows most important first */
export function summarize(rows: readonly MetricResult[], counts: Counts): string {
  const compared = counts.fail + counts.warn + counts.unknown + counts.improved + counts.unchanged;
  const [first] = rows;
  const worst = first === undefined ? '' : `: ${describeMetric(first)}`;
  if (counts.fail + counts.warn > 0) {
    const parts = [
      ...(counts.fail > 0 ? [pluralize(counts.fail, 'regression')] : []),
      ...(counts.warn > 0 ? [pluralize(counts.warn, 'warning')] : []),
    ];
    return `${parts.join(' and ')} in ${pluralize(compared, 'metric')}${worst}`;
  }
  const absent = [
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(counts.missing > 0 ? [`${counts.missing} missing`] : []),
    ...(counts.renamed > 0 ? [`${counts.renamed} renamed`] : []),
  ];
  if (counts.unknown > 0) {
    return [
      `${counts.unknown} of ${pluralize(compared, 'metric')} inconclusive${worst}`,
      ...absent,
    ].join('; ');
  }
  if (absent.length > 0) return `No regression, but ${absent.join(', ')}`;
  if (compared === 0) {
    return counts.new > 0
      ? `No baseline yet for ${pluralize(counts.new, 'metric')}`
      : 'Nothing was judged: no metric has a known direction';
  }
  const improved = counts.improved > 0 ? `, ${counts.improved} improved` : '';
  return `No regression in ${pluralize(compared, 'metric')}${improved}`;
}

/** Sorts by state, then by the size of the change. */
export function sortByImportance(rows: readonly MetricResult[]): readonly MetricResult[] {
  return rows
    .map((row) => ({ row, rank: RANKS.get(row.state) ?? 0, size: changeSize(row) }))
    .sort((a, b) => a.rank - b.rank || b.size - a.size)
    .map(({ row }) => row);
}

const RANKS: ReadonlyMap<MetricState, number> = new Map(STATES.map((state, rank) => [state, rank]));

/** `BenchmarkX time +23.4%: worse by more than 20%` */
export function describeMetric(row: MetricResult): string {
  const change = row.adjusted ?? row.ratio;
  const parts = [
    row.benchmark,
    formatMetric(row),
    change === undefined ? '' : formatChange(change),
  ].filter((part) => part !== '');
  return `${parts.join(' ')}: ${row.reason}`;
}

function changeSize({ adjusted, ratio }: MetricResult): number {
  const change = adjusted ?? ratio ?? 1;
  return change > 0 ? Math.abs(Math.log(change)) : 0;
}

/** Whether any metric has a state that is worth a comment. */
export function hasNotableResults(rows: readonly MetricResult[]): boolean {
  return rows.some(({ state }) => state !== 'unchanged' && state !== 'not-gated');
}
