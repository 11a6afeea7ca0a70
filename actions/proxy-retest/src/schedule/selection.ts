import { ignoreFuture } from '../history/changes.ts';
import type { History } from '../history/history.ts';
import { computeHealth } from '../history/score.ts';
import type { PublishedStatus } from '../list/read-record.ts';

/** The rules that select an endpoint, in order of priority. */
export const RULES = ['failed', 'unstable', 'slow', 'old'] as const;
export type SelectionRule = (typeof RULES)[number];

/** The input of the rules. */
export interface EndpointStatus {
  /** Whether the last test failed. */
  readonly hasFailed: boolean;
  /** From 0 to 1; `undefined`: unknown, neither healthy nor unstable. */
  readonly health: number | undefined;
  readonly successRate: number | undefined;
  /** Whether the list marks it as unstable. */
  readonly isMarked: boolean;
  readonly latencyMs: number | undefined;
  /** Milliseconds since the epoch; `undefined`: never. */
  readonly testedAt: number | undefined;
}

export interface SelectionLimits {
  /** From 0 to 1. */
  readonly minHealth: number;
  readonly slowLatencyMs: number;
  readonly maxAgeMs: number;
}

/**
 * The status of an endpoint from its history or, without one, from the list.
 *
 * @param now milliseconds since the epoch
 */
export function getStatus(
  published: PublishedStatus,
  history: History | undefined,
  now: number,
): EndpointStatus {
  return {
    hasFailed: history ? history.status !== 'alive' : published.isWorking === false,
    health: history ? computeHealth(history) : published.health,
    successRate: published.successRate,
    isMarked: published.isMarked ?? false,
    latencyMs: history?.latency ?? published.latency,
    testedAt: latest(ignoreFuture(published.testedAt, now), ignoreFuture(history?.at, now)),
  };
}

/** The rules that an endpoint matches, in order of priority. */
export function matchRules(
  facts: EndpointStatus,
  { minHealth, slowLatencyMs, maxAgeMs }: SelectionLimits,
  now: number,
): SelectionRule[] {
  const { hasFailed, health, successRate, isMarked, latencyMs, testedAt } = facts;
  const isUnstable =
    isMarked ||
    (health !== undefined && health < minHealth) ||
    (successRate !== undefined && successRate < minHealth);
  const applies: Readonly<Record<SelectionRule, boolean>> = {
    failed: hasFailed,
    unstable: isUnstable,
    slow: latencyMs !== undefined && latencyMs > slowLatencyMs,
    old: testedAt === undefined || now - testedAt > maxAgeMs,
  };
  return RULES.filter((rule) => applies[rule]);
}

function latest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}
