import { backoffMs } from '@repo/core/process/backoff';
import type { History } from './history/history.ts';
import { healthOf } from './history/score.ts';
import type { Facts } from './select.ts';

/** What the planner knows of an endpoint that was selected. */
export interface Prospect {
  /** The chance that it answers, from 0 to 1. */
  readonly chance: number;
  /** How often it goes from alive to dead or back, a millisecond. */
  readonly rate: number;
  /** Since the last test, milliseconds; infinite when there was none. */
  readonly age: number;
  /** What a test of it is expected to take, milliseconds. */
  readonly cost: number;
  /**
   * How much of its rest is over, from 1 on due: one that is dead rests, and one that has just been
   * tested.
   */
  readonly rested: number;
}

export interface Costs {
  /** What a failure takes, all attempts together, milliseconds. */
  readonly timeout: number;
  /** Of an answer, where none is known yet, milliseconds. */
  readonly latency: number;
}

export interface Budget {
  /** ms */
  readonly ms: number;
  readonly concurrency: number;
}

export interface Plan<T> {
  /** In which order they are tested. */
  readonly order: readonly T[];
  /** How many of them are expected to fit into the budget. */
  readonly planned: number;
  /** How many were left out for a later run, as they are dead and not due. */
  readonly resting: number;
}

const HOUR_MS = 3_600_000;
/** Of the budget, what belongs to those that waited longest, whatever they promise. */
const SHARE_OF_OLDEST = 0.1;
/** A dead endpoint is tried again after so long, then after twice that, and so on. */
const REST = { baseMs: HOUR_MS, maxMs: 7 * 24 * HOUR_MS };
/** Where the budget has room, one that is dead is tried after this part of its rest. */
const EARLY = 0.25;
/** What was tested a moment ago, by a run that was stopped, is not what the next run is for. */
const JUST_TESTED_MS = 5 * 60_000;
/** Before anything is known, an endpoint is taken to change once a day: so much weighs one such day. */
const PRIOR_FLIPS = 1;
const PRIOR_WATCHED_MS = 24 * HOUR_MS;

/** What testing an endpoint promises and costs. */
export function prospectOf(
  facts: Facts,
  history: History | undefined,
  costs: Costs,
  now: number,
): Prospect {
  const age = facts.testedAt === undefined ? Number.POSITIVE_INFINITY : now - facts.testedAt;
  // The mean of a gamma posterior: changes seen, over the time in which they were seen.
  const rate = ((history?.flips ?? 0) + PRIOR_FLIPS) / ((history?.watched ?? 0) + PRIOR_WATCHED_MS);
  const fails = history?.status === 'alive' ? 0 : (history?.fails ?? 0);
  const chance = chanceOf(facts, history, rate, age);
  return {
    chance,
    rate,
    age: Math.max(0, age),
    cost: chance * (facts.latency ?? costs.latency) + (1 - chance) * costs.timeout,
    rested: age / (history?.status === 'dead' ? restAfter(fails, rate) : JUST_TESTED_MS),
  };
}

/**
 * 1 h · 2^k after the k-th failure in a row, at most 7 days; one that is known to come back is not
 * left alone for longer than half of the time that it usually takes.
 *
 * @param rate how often it changes, a millisecond
 */
export function restAfter(fails: number, rate: number): number {
  return Math.min(backoffMs(fails, REST), 0.5 / rate);
}

function chanceOf(
  { hasFailed }: Facts,
  history: History | undefined,
  rate: number,
  age: number,
): number {
  const usual = (history && healthOf(history)) ?? 0.5;
  if (age === Number.POSITIVE_INFINITY) return usual;
  // What was seen last fades into what is usual, as fast as it changes.
  const fresh = Math.exp(-rate * Math.max(0, age));
  return fresh * (hasFailed ? 0 : 1) + (1 - fresh) * usual;
}

/** How much a test is expected to change what we know, for what it costs. */
export function worth({ rate, age, cost }: Prospect): number {
  return (1 - Math.exp(-rate * age)) / cost;
}

/**
 * The order in which endpoints are tested: most expected change of knowledge for the cost first,
 * and a tenth of the budget for those that were not tested for longest, so that none ever starves.
 * Those that are dead and not due come last, as far as there is room.
 *
 * @param prospect of each one
 * @param random from 0 to 1: the order of those that are worth the same
 */
export function plan<T>(
  selected: readonly T[],
  prospect: (one: T) => Prospect,
  { ms, concurrency }: Budget,
  random: () => number,
): Plan<T> {
  const all = selected.map((one) => {
    const promise = prospect(one);
    return { one, ...promise, worth: worth(promise), tie: random() };
  });
  const due = all.filter(({ rested }) => rested >= 1);
  const byWorth = due.toSorted((a, b) => b.worth - a.worth || a.tie - b.tie);
  const byAge = due.toSorted((a, b) => compareAges(b.age, a.age) || a.tie - b.tie);
  const taken = new Set<unknown>();
  const order: T[] = [];
  let spent = 0;
  let spentOnOldest = 0;
  let planned = 0;
  const capacity = ms * concurrency;
  const next = (queue: typeof due, from: number) => {
    let at = from;
    while (at < queue.length && taken.has(queue[at])) at++;
    return at;
  };
  for (let best = 0, oldest = 0; order.length < due.length; ) {
    const isForOldest = spentOnOldest < spent * SHARE_OF_OLDEST || order.length === 0;
    best = next(byWorth, best);
    oldest = next(byAge, oldest);
    const entry = isForOldest ? byAge[oldest] : byWorth[best];
    if (entry === undefined) break;
    taken.add(entry);
    order.push(entry.one);
    spent += entry.cost;
    if (isForOldest) spentOnOldest += entry.cost;
    if (spent <= capacity) planned = order.length;
  }
  const early = all
    .filter(({ rested }) => rested >= EARLY && rested < 1)
    .sort((a, b) => b.rested - a.rested || a.tie - b.tie);
  for (const { one, cost } of early) {
    if (spent + cost > capacity) break;
    spent += cost;
    order.push(one);
    planned = order.length;
  }
  return { order, planned, resting: selected.length - order.length };
}

function compareAges(one: number, other: number): number {
  return one === other ? 0 : one - other;
}
