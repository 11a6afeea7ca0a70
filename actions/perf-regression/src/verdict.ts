import type { Verdict } from '@repo/core/action/outcome';
import type { Judged, State } from './compare/judged.ts';
import { formatChange } from './format-value.ts';
import { metricLabel } from './report/metric-label.ts';

export type Counts = Readonly<Record<State, number>>;

/** Most interesting first. */
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
] as const satisfies readonly State[];

export function countStates(rows: readonly Judged[]): Counts {
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
  for (const { state } of rows) counts[state]++;
  return counts;
}

/**
 * The verdict over all rows. What failed, is missing, or was renamed was not judged; where nothing
 * could be judged at all, neither is it a pass.
 *
 * @param strict whether missing and failed benchmarks fail the run (`fail-on: missing`)
 */
export function verdictOf(counts: Counts, strict: boolean): Verdict {
  const absent = counts.failed + counts.missing + counts.renamed;
  if (counts.fail > 0 || (strict && absent > 0)) return 'fail';
  if (counts.warn > 0) return 'warn';
  if (counts.unknown + absent > 0) return 'unknown';
  return counts.improved + counts.unchanged > 0 ? 'pass' : 'unknown';
}

/**
 * The answer in one sentence.
 *
 * @param rows what matters first
 */
export function sentence(rows: readonly Judged[], counts: Counts): string {
  const judged = counts.fail + counts.warn + counts.unknown + counts.improved + counts.unchanged;
  const [first] = rows;
  if (counts.fail + counts.warn > 0 && first !== undefined) {
    const parts = [
      ...(counts.fail > 0 ? [`${counts.fail} past the fail threshold`] : []),
      ...(counts.warn > 0 ? [`${counts.warn} past the warn threshold`] : []),
    ];
    return `${parts.join(', ')} of ${judged} judged: ${describe(first)}`;
  }
  const absent = [
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(counts.missing > 0 ? [`${counts.missing} missing`] : []),
    ...(counts.renamed > 0 ? [`${counts.renamed} renamed`] : []),
  ];
  if (counts.unknown > 0 && first !== undefined) {
    return [`${counts.unknown} of ${judged} cannot be told: ${describe(first)}`, ...absent].join(
      '; ',
    );
  }
  if (absent.length > 0) return `None is worse, but ${absent.join(', ')}`;
  if (judged === 0) {
    return counts.new > 0
      ? `There is no baseline yet for ${counts.new === 1 ? 'the metric' : `the ${counts.new} metrics`}`
      : 'Nothing could be judged: of no metric it is known whether more is better';
  }
  const better = counts.improved > 0 ? `, ${counts.improved} better` : '';
  return judged === 1
    ? `The metric is not worse${better}`
    : `None of ${judged} metrics is worse${better}`;
}

/** Rows by what matters: the state, then the size of the change. */
export function byInterest(rows: readonly Judged[]): readonly Judged[] {
  return rows
    .map((row) => ({ row, rank: RANKS.get(row.state) ?? 0, size: size(row) }))
    .sort((a, b) => a.rank - b.rank || b.size - a.size)
    .map(({ row }) => row);
}

const RANKS: ReadonlyMap<State, number> = new Map(STATES.map((state, rank) => [state, rank]));

/** `BenchmarkX time +23.4 % (past 20%, …)` */
export function describe(row: Judged): string {
  const change = row.adjusted ?? row.ratio;
  const parts = [row.benchmark, metricLabel(row), change === undefined ? '' : formatChange(change)];
  return `${parts.filter((part) => part !== '').join(' ')} (${row.reason})`;
}

function size({ adjusted, ratio }: Judged): number {
  const change = adjusted ?? ratio ?? 1;
  return change > 0 ? Math.abs(Math.log(change)) : 0;
}

/** Whether there is anything to tell besides "nothing changed". */
export function hasNews(rows: readonly Judged[]): boolean {
  return rows.some(({ state }) => state !== 'unchanged' && state !== 'not-gated');
}
