import { createHash } from 'node:crypto';
import type { Shard } from './input-parsers.ts';
import type { Inputs } from './inputs.ts';
import type { ListEntry } from './list/list.ts';
import { estimateTest, type Schedule, schedule } from './schedule/schedule.ts';
import { getStatus, matchRules, RULES, type SelectionRule } from './schedule/selection.ts';
import type { Survey } from './survey.ts';

/** Which endpoints are tested, in which order. */
export interface Plan extends Schedule<ListEntry> {
  /** How many endpoints match each rule; one endpoint may match several. */
  readonly byRule: Readonly<Record<SelectionRule, number>>;
  readonly selected: number;
}

/** An answer is expected after this time when the latency of an endpoint is unknown. */
const DEFAULT_LATENCY_MS = 1_000;

/** Selects and orders the endpoints to test; pure. */
export function plan(
  {
    list,
    histories,
    resumed,
  }: Pick<Survey, 'histories' | 'resumed'> & {
    readonly list: { readonly entries: readonly ListEntry[] };
  },
  inputs: Inputs,
  { now, random }: { readonly now: number; readonly random: () => number },
): Plan {
  const limits = {
    minHealth: inputs.minHealth,
    slowLatencyMs: inputs.slowLatency,
    maxAgeMs: inputs.maxAge,
  };
  const byRule: Record<SelectionRule, number> = { failed: 0, unstable: 0, slow: 0, old: 0 };
  const isInShard = createShardFilter(inputs.shard);
  const selected = list.entries.filter((entry) => {
    if (!isInShard(entry)) return false;
    const status = getStatus(entry.published, histories.get(entry.id), now);
    const rules = matchRules(status, limits, now);
    for (const rule of rules) byRule[rule]++;
    // An interrupted run has already tested it.
    if (resumed.has(entry.id)) return false;
    return isSelected(rules, inputs.select);
  });
  const costs = {
    timeoutMs: computeTimeoutCost(inputs),
    latencyMs: Math.min(DEFAULT_LATENCY_MS, inputs.maxLatency),
  };
  const estimate = (entry: ListEntry) => {
    const history = histories.get(entry.id);
    const status = getStatus(entry.published, history, now);
    const estimated = estimateTest(status, history, costs, now);
    return inputs.select === 'all' ? { ...estimated, restRatio: 1 } : estimated;
  };
  const budget = { budgetMs: inputs.budget, concurrency: inputs.concurrency };
  return {
    ...schedule(selected, estimate, budget, random),
    byRule,
    selected: selected.length,
  };
}

function isSelected(rules: readonly SelectionRule[], select: Inputs['select']): boolean {
  if (select === 'all') return true;
  return select === 'failed' ? rules.includes(RULES[0]) : rules.length > 0;
}

/** How long an endpoint that does not answer takes: each attempt waits for its connect timeout. */
function computeTimeoutCost(inputs: Inputs): number {
  const { attempts, connectTimeout, totalTimeout, timeouts } = inputs;
  let costMs = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const totalMs = timeouts[Math.min(attempt, timeouts.length - 1)] ?? totalTimeout;
    costMs += Math.min(connectTimeout, totalMs);
  }
  return costMs;
}

/** Shards are divided by host, which keeps `per-host` valid across all shards. */
function createShardFilter(shard: Shard | undefined): (entry: Pick<ListEntry, 'host'>) => boolean {
  if (shard === undefined) return () => true;
  const { index, count } = shard;
  return ({ host }) => {
    const hash = createHash('sha256').update(host.toLowerCase()).digest().readUInt32BE(0);
    return hash % count === index - 1;
  };
}
