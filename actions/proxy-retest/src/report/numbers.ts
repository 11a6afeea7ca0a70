import { percentile } from '@repo/statistics/percentile';
import { hasDied, hasRevived } from '../changes.ts';
import type { RunFacts } from '../run-facts.ts';

/** A run in figures. */
export interface Numbers {
  readonly total: number;
  readonly planned: number;
  readonly tested: number;
  readonly alive: number;
  readonly died: number;
  readonly revived: number;
  readonly unsure: number;
  readonly void: number;
  readonly skipped: number;
  readonly invalid: number;
  /** Of those that were selected and due, percent. */
  readonly coverage: number;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
}

export function countRun({ found, choice, changes }: RunFacts): Numbers {
  const states = { alive: 0, failed: 0, void: 0, skipped: 0 };
  const latencies: number[] = [];
  let died = 0;
  let revived = 0;
  let unsure = 0;
  const published = new Map(found.entries.map((entry) => [entry.id, entry.published]));
  for (const [id, change] of changes) {
    const { finding, after } = change;
    states[finding.state]++;
    if (finding.state === 'alive') latencies.push(finding.latency);
    if (finding.state === 'failed' && after?.status === 'unsure') unsure++;
    if (hasDied(change, published.get(id) ?? {})) died++;
    if (hasRevived(change, published.get(id) ?? {})) revived++;
  }
  latencies.sort((a, b) => a - b);
  const due = choice ? choice.order.length : changes.size;
  return {
    total: found.records.length,
    planned: choice?.planned ?? 0,
    tested: states.alive + states.failed,
    alive: states.alive,
    died,
    revived,
    unsure,
    void: states.void,
    skipped: states.skipped,
    invalid: found.invalid.count,
    coverage: due === 0 ? 100 : Number(((100 * Math.min(changes.size, due)) / due).toFixed(1)),
    p50: roundedPercentile(latencies, 0.5),
    p95: roundedPercentile(latencies, 0.95),
  };
}

function roundedPercentile(sorted: readonly number[], fraction: number): number | undefined {
  const value = percentile(sorted, fraction);
  return value === undefined ? undefined : Number(value.toFixed(1));
}
