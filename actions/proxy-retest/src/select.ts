import type { History } from './history/history.ts';
import { healthOf } from './history/score.ts';
import type { Published } from './list/read-record.ts';

/** Why an endpoint is tested again, in order of priority. */
export const RULES = ['failed', 'unstable', 'slow', 'old'] as const;
export type Rule = (typeof RULES)[number];

/** What the rules look at. */
export interface Facts {
  /** It failed when it was tested last. */
  readonly hasFailed: boolean;
  /** From 0 to 1; `undefined`: not known, which is neither healthy nor unstable. */
  readonly health: number | undefined;
  readonly successRate: number | undefined;
  readonly isMarked: boolean;
  /** ms */
  readonly latency: number | undefined;
  /** Milliseconds since the epoch; `undefined`: never. */
  readonly testedAt: number | undefined;
}

export interface Limits {
  /** From 0 to 1. */
  readonly minHealth: number;
  /** ms */
  readonly slowMs: number;
  /** ms */
  readonly maxAge: number;
}

/**
 * What is known of an endpoint: our own history where there is one, else what the list says.
 *
 * @param now milliseconds since the epoch
 */
export function factsOf(published: Published, history: History | undefined, now: number): Facts {
  return {
    hasFailed: history ? history.status !== 'alive' : published.isWorking === false,
    health: history ? healthOf(history) : published.health,
    successRate: published.successRate,
    isMarked: published.isMarked ?? false,
    latency: history?.latency ?? published.latency,
    testedAt: latest(beforeNow(published.testedAt, now), beforeNow(history?.at, now)),
  };
}

/** All rules by which an endpoint is to be tested, most urgent first. */
export function rulesFor(facts: Facts, { minHealth, slowMs, maxAge }: Limits, now: number): Rule[] {
  const { hasFailed, health, successRate, isMarked, latency, testedAt } = facts;
  const isUnstable =
    isMarked ||
    (health !== undefined && health < minHealth) ||
    (successRate !== undefined && successRate < minHealth);
  const applies: Readonly<Record<Rule, boolean>> = {
    failed: hasFailed,
    unstable: isUnstable,
    slow: latency !== undefined && latency > slowMs,
    old: testedAt === undefined || now - testedAt > maxAge,
  };
  return RULES.filter((rule) => applies[rule]);
}

/** Clocks of other machines may be ahead by so much, milliseconds. */
const CLOCK_SKEW_MS = 10 * 60_000;

/**
 * A time that is yet to come says nothing: believed, the endpoint would not be tested until then.
 */
export function beforeNow(time: number | undefined, now: number): number | undefined {
  if (time === undefined || time > now + CLOCK_SKEW_MS) return undefined;
  return Math.min(time, now);
}

function latest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}
