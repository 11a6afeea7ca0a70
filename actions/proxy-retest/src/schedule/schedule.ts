import { backoffMs } from '@repo/core/process/backoff';
import type { History } from '../history/history.ts';
import { computeHealth } from '../history/score.ts';
import type { EndpointStatus } from './selection.ts';

/** The expected cost and value of testing an endpoint. */
export interface TestEstimate {
  /** The probability that it answers, from 0 to 1. */
  readonly aliveChance: number;
  /** Changes between alive and dead per millisecond. */
  readonly changeRate: number;
  /** Time since the last test; infinite without a test. */
  readonly ageMs: number;
  /** The expected duration of a test. */
  readonly costMs: number;
  /**
   * The elapsed part of the rest period, from 1 on due. Dead endpoints rest, and endpoints that were
   * tested a moment ago.
   */
  readonly restRatio: number;
}

export interface CostModel {
  /** The duration of a failure, all attempts together. */
  readonly timeoutMs: number;
  /** The duration of an answer when the latency is unknown. */
  readonly latencyMs: number;
}

export interface Budget {
  readonly budgetMs: number;
  readonly concurrency: number;
}

export interface Schedule<T> {
  /** In the order of the tests. */
  readonly order: readonly T[];
  /** How many of them are expected to fit into the budget. */
  readonly planned: number;
  /** How many were left out because they are dead and not due. */
  readonly resting: number;
}

const HOUR_MS = 3_600_000;
/** The part of the budget that is reserved for the endpoints with the oldest tests. */
const OLDEST_SHARE = 0.1;
/** How long a dead endpoint rests after its failures. */
const REST = { baseMs: HOUR_MS, maxMs: 7 * 24 * HOUR_MS };
/** A resting endpoint is tested early from this rest ratio on, if the budget allows. */
const EARLY_REST_RATIO = 0.25;
/** Keeps a run from repeating the tests of a run that was stopped a moment ago. */
const JUST_TESTED_MS = 5 * 60_000;
/** The prior of the change rate: one change per day. */
const PRIOR_FLIPS = 1;
const PRIOR_OBSERVED_MS = 24 * HOUR_MS;

export function estimateTest(
  status: EndpointStatus,
  history: History | undefined,
  costs: CostModel,
  now: number,
): TestEstimate {
  const ageMs = status.testedAt === undefined ? Number.POSITIVE_INFINITY : now - status.testedAt;
  // The mean of a gamma posterior: observed changes per observed time.
  const changeRate =
    ((history?.flips ?? 0) + PRIOR_FLIPS) / ((history?.observedMs ?? 0) + PRIOR_OBSERVED_MS);
  const fails = history?.status === 'alive' ? 0 : (history?.fails ?? 0);
  const aliveChance = estimateAliveChance(status, history, changeRate, ageMs);
  const restMs = history?.status === 'dead' ? computeRestMs(fails, changeRate) : JUST_TESTED_MS;
  return {
    aliveChance,
    changeRate,
    ageMs: Math.max(0, ageMs),
    costMs:
      aliveChance * (status.latencyMs ?? costs.latencyMs) + (1 - aliveChance) * costs.timeoutMs,
    restRatio: ageMs / restMs,
  };
}

/**
 * How long a dead endpoint rests: 1 h · 2^k after k + 1 failures in a row, at most 7 days, and at most
 * half of its usual time between changes.
 *
 * @param changeRate changes per millisecond
 */
export function computeRestMs(fails: number, changeRate: number): number {
  return Math.min(backoffMs(fails, REST), 0.5 / changeRate);
}

function estimateAliveChance(
  { hasFailed }: EndpointStatus,
  history: History | undefined,
  changeRate: number,
  ageMs: number,
): number {
  const usual = (history && computeHealth(history)) ?? 0.5;
  if (ageMs === Number.POSITIVE_INFINITY) return usual;
  // The weight of the last result decays with the change rate.
  const weight = Math.exp(-changeRate * Math.max(0, ageMs));
  return weight * (hasFailed ? 0 : 1) + (1 - weight) * usual;
}

/** The probability that the status changed since the last test, per millisecond of its cost. */
export function computeValue({ changeRate, ageMs, costMs }: TestEstimate): number {
  return (1 - Math.exp(-changeRate * ageMs)) / costMs;
}

/**
 * Orders endpoints by the value of a test. A tenth of the budget is reserved for the oldest tests, so
 * that every endpoint is tested eventually. Resting endpoints come last, if the budget allows.
 *
 * @param random from 0 to 1: orders endpoints of equal value
 */
export function schedule<T>(
  selected: readonly T[],
  estimate: (one: T) => TestEstimate,
  { budgetMs, concurrency }: Budget,
  random: () => number,
): Schedule<T> {
  const all = selected.map((one) => {
    const estimated = estimate(one);
    return { one, ...estimated, value: computeValue(estimated), tie: random() };
  });
  const due = all.filter(({ restRatio }) => restRatio >= 1);
  const byValue = due.toSorted((a, b) => b.value - a.value || a.tie - b.tie);
  const byAge = due.toSorted((a, b) => compareAges(b.ageMs, a.ageMs) || a.tie - b.tie);
  const added = new Set<unknown>();
  const order: T[] = [];
  let spentMs = 0;
  let spentOnOldestMs = 0;
  let planned = 0;
  const capacityMs = budgetMs * concurrency;
  const findNext = (queue: typeof due, from: number) => {
    let at = from;
    while (at < queue.length && added.has(queue[at])) at++;
    return at;
  };
  for (let best = 0, oldest = 0; order.length < due.length; ) {
    const isForOldest = spentOnOldestMs < spentMs * OLDEST_SHARE || order.length === 0;
    best = findNext(byValue, best);
    oldest = findNext(byAge, oldest);
    const entry = isForOldest ? byAge[oldest] : byValue[best];
    if (entry === undefined) break;
    added.add(entry);
    order.push(entry.one);
    spentMs += entry.costMs;
    if (isForOldest) spentOnOldestMs += entry.costMs;
    if (spentMs <= capacityMs) planned = order.length;
  }
  const early = all
    .filter(({ restRatio }) => restRatio >= EARLY_REST_RATIO && restRatio < 1)
    .sort((a, b) => b.restRatio - a.restRatio || a.tie - b.tie);
  for (const { one, costMs } of early) {
    if (spentMs + costMs > capacityMs) break;
    spentMs += costMs;
    order.push(one);
    planned = order.length;
  }
  return { order, planned, resting: selected.length - order.length };
}

/** Infinite ages are equal; their difference is not a number. */
function compareAges(one: number, other: number): number {
  return one === other ? 0 : one - other;
}
