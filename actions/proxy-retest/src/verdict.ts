import type { Verdict } from '@repo/core/action/outcome';
import { pluralize } from '@repo/core/text/pluralize';
import type { ActResult, StopReason } from './act.ts';
import type { ProxyList } from './list/list.ts';
import type { Plan } from './plan.ts';
import { computeRunStats, type RunStats } from './run-stats.ts';

export type TestMode = 'retest' | 'plan' | 'merge';

export interface Judgement {
  readonly verdict: Verdict;
  /** The verdict in one sentence. */
  readonly message: string;
  readonly stats: RunStats;
}

/**
 * Judges a run; pure.
 *
 * @param planned `undefined` when the results of shards are merged
 */
export function judge(
  mode: TestMode,
  list: ProxyList,
  planned: Plan | undefined,
  acted: ActResult,
): Judgement {
  const stats = computeRunStats(list, planned, acted.changes);
  return {
    verdict: computeVerdict(mode, list, acted, stats),
    message: formatMessage(mode, list, planned, acted, stats),
    stats,
  };
}

/**
 * - `unknown`: every test was inconclusive, or the list has records but no endpoint.
 * - `warn`: some tests were inconclusive, or the guard kept the old list.
 * - `fail`: no tested endpoint is alive.
 */
function computeVerdict(
  mode: TestMode,
  list: ProxyList,
  { stopReason, guard }: ActResult,
  stats: RunStats,
): Verdict {
  if (hasNoEndpoints(list)) return 'unknown';
  if (mode === 'plan') return 'pass';
  if (stopReason === 'targets-down' || isInconclusive(stats)) return 'unknown';
  if (guard?.triggered || stats.inconclusive > 0) return 'warn';
  if (stats.tested > 0 && stats.alive === 0) return 'fail';
  return 'pass';
}

/** There was something to test, and no test had a result, e.g. because no address is public. */
function isInconclusive({ planned, tested, inconclusive, skipped }: RunStats): boolean {
  return tested === 0 && planned + inconclusive + skipped > 0;
}

/** Probably `list` names the wrong file. */
function hasNoEndpoints({ records, entries }: ProxyList): boolean {
  return records.length > 0 && entries.length === 0;
}

function formatMessage(
  mode: TestMode,
  list: ProxyList,
  planned: Plan | undefined,
  { stopReason, guard, changed }: ActResult,
  stats: RunStats,
): string {
  if (hasNoEndpoints(list))
    return `None of ${pluralize(stats.total, 'record')} is a valid endpoint`;
  if (mode === 'plan') {
    return `Would test ${stats.planned} of ${planned?.selected ?? 0} selected endpoints within the budget`;
  }
  if (stopReason === 'targets-down') return 'Nothing was tested: no target answered directly';
  const { tested, alive, died, revived, inconclusive, skipped, invalid } = stats;
  const parts = [
    isInconclusive(stats)
      ? 'No test was conclusive'
      : `${alive} of ${tested} tested endpoints are alive`,
    died > 0 ? `${died} died` : '',
    revived > 0 ? `${revived} revived` : '',
    inconclusive > 0 ? `${inconclusive} inconclusive` : '',
    skipped > 0 ? `${skipped} skipped` : '',
    invalid > 0 ? `${invalid} invalid` : '',
    STOP_MESSAGES[stopReason],
    guard?.triggered ? 'the list was not changed because too many endpoints failed at once' : '',
    changed || guard?.triggered || isInconclusive(stats) ? '' : 'no significant changes',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const STOP_MESSAGES: Readonly<Record<StopReason, string>> = {
  done: '',
  budget: 'stopped at the end of the budget',
  cancelled: 'cancelled; results so far are saved',
  'targets-down': '',
};
