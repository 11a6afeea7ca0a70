import { percentile } from '@repo/statistics/percentile';
import { type Changes, hasDied, hasRevived } from './history/changes.ts';
import type { ProxyList } from './list/list.ts';
import type { Plan } from './plan.ts';

/** The counts and latencies of a run. */
export interface RunStats {
  readonly total: number;
  readonly planned: number;
  readonly tested: number;
  readonly alive: number;
  readonly died: number;
  readonly revived: number;
  readonly unconfirmed: number;
  readonly inconclusive: number;
  readonly skipped: number;
  readonly invalid: number;
  /** Percentage of the selected endpoints that were tested. */
  readonly coverage: number;
  /** Milliseconds. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
}

export function computeRunStats(
  list: ProxyList,
  planned: Plan | undefined,
  changes: Changes,
): RunStats {
  const states = { alive: 0, failed: 0, inconclusive: 0, skipped: 0 };
  const latencies: number[] = [];
  let died = 0;
  let revived = 0;
  let unconfirmed = 0;
  const published = new Map(list.entries.map((entry) => [entry.id, entry.published]));
  for (const [id, change] of changes) {
    const { result, after } = change;
    states[result.state]++;
    if (result.state === 'alive') latencies.push(result.latency);
    if (result.state === 'failed' && after?.status === 'unconfirmed') unconfirmed++;
    if (hasDied(change, published.get(id) ?? {})) died++;
    if (hasRevived(change, published.get(id) ?? {})) revived++;
  }
  latencies.sort((a, b) => a - b);
  const due = planned ? planned.order.length : changes.size;
  return {
    total: list.records.length,
    planned: planned?.planned ?? 0,
    tested: states.alive + states.failed,
    alive: states.alive,
    died,
    revived,
    unconfirmed,
    inconclusive: states.inconclusive,
    skipped: states.skipped,
    invalid: list.invalid.count,
    coverage: due === 0 ? 100 : Number(((100 * Math.min(changes.size, due)) / due).toFixed(1)),
    p50: computePercentile(latencies, 0.5),
    p95: computePercentile(latencies, 0.95),
  };
}

/** By nearest rank, rounded to 0.1 ms. */
function computePercentile(sorted: readonly number[], fraction: number): number | undefined {
  const value = percentile(sorted, fraction);
  return value === undefined ? undefined : Number(value.toFixed(1));
}
