import { createHash } from 'node:crypto';
import type { Finding } from './history/history.ts';
import type { Histories } from './history/state-file.ts';
import type { Inputs } from './inputs.ts';
import { type Plan, plan, prospectOf } from './plan.ts';
import { factsOf, RULES, type Rule, rulesFor } from './select.ts';
import type { Entry } from './survey.ts';
import type { Shard } from './target-inputs.ts';

/** Which endpoints are tested, in which order, and why. */
export interface Choice extends Plan<Entry> {
  /** How many endpoints each rule holds for; one may fall under several. */
  readonly byRule: Readonly<Record<Rule, number>>;
  readonly selected: number;
}

/** Chooses what is tested; pure. */
export function choose(
  entries: readonly Entry[],
  histories: Histories,
  resumed: ReadonlyMap<string, Finding>,
  inputs: Inputs,
  { now, random }: { readonly now: number; readonly random: () => number },
): Choice {
  const limits = { minHealth: inputs.minHealth, slowMs: inputs.slowMs, maxAge: inputs.maxAge };
  const byRule: Record<Rule, number> = { failed: 0, unstable: 0, slow: 0, old: 0 };
  const isHere = shardFilter(inputs.shard);
  const selected = entries.filter((entry) => {
    if (!isHere(entry)) return false;
    const rules = rulesFor(factsOf(entry.published, histories.get(entry.id), now), limits, now);
    for (const rule of rules) byRule[rule]++;
    // What a run that was stopped found out need not be found out again.
    if (resumed.has(entry.id)) return false;
    return isSelected(rules, inputs.select);
  });
  const costs = { timeout: timeoutCost(inputs), latency: Math.min(1_000, inputs.maxLatency) };
  const made = plan(
    selected,
    (entry) => {
      const history = histories.get(entry.id);
      const prospect = prospectOf(factsOf(entry.published, history, now), history, costs, now);
      return inputs.select === 'all' ? { ...prospect, rested: 1 } : prospect;
    },
    { ms: inputs.budgetMinutes, concurrency: inputs.concurrency },
    random,
  );
  return { ...made, byRule, selected: selected.length };
}

function isSelected(rules: readonly Rule[], select: Inputs['select']): boolean {
  if (select === 'all') return true;
  return select === 'failed' ? rules.includes(RULES[0]) : rules.length > 0;
}

/** What an endpoint that does not answer takes: each attempt waits for its connect timeout. */
function timeoutCost({ attempts, connectTimeout, totalTimeout, timeouts }: Inputs): number {
  let cost = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const total = timeouts[Math.min(attempt, timeouts.length - 1)] ?? totalTimeout;
    cost += Math.min(connectTimeout, total);
  }
  return cost;
}

/** By the host, so that its limit of connections holds over all shards together. */
function shardFilter(shard: Shard | undefined): (entry: Pick<Entry, 'host'>) => boolean {
  if (shard === undefined) return () => true;
  const { index, count } = shard;
  return ({ host }) => {
    const hash = createHash('sha256').update(host.toLowerCase()).digest().readUInt32BE(0);
    return hash % count === index - 1;
  };
}
