import type { AttemptState } from '@repo/checks/judge';
import { backoffMs } from '@repo/core/process/backoff';
/**
 * When to try again, and when it has been well, or ill, for long enough to say so.
 *
 * A check starts up until `successThreshold` attempts in a row were good; failures before that
 * cost nothing but time. Then it has to stay well for `stableFor`: there a failure counts.
 */
export interface Policy {
  /** One attempt, ms. */
  readonly timeout: number;
  /** The whole check, from the start of its first attempt, ms. */
  readonly deadline: number;
  /** Between the end of an attempt and the start of the next, ms. */
  readonly interval: number;
  /** `exponential` doubles the interval after each failure of the start-up. */
  readonly backoff: 'constant' | 'exponential';
  /** Longest interval that `exponential` may reach, ms. */
  readonly maxInterval: number;
  /** Share of the interval by which it varies at random, 0 to 1. */
  readonly jitter: number;
  /** Before the first attempt, ms. */
  readonly initialDelay: number;
  /** 0 = as many as the deadline allows. */
  readonly maxAttempts: number;
  /** Good attempts in a row that end the start-up. */
  readonly successThreshold: number;
  /** Failed attempts in a row that end the stable phase. */
  readonly failureThreshold: number;
  /** Length of the stable phase, from the end of the start-up, ms; 0 = none. */
  readonly stableFor: number;
  /** Share of the attempts of the stable phase that may fail, 0 to 1. */
  readonly errorBudget: number;
}

/** How far a check has come. */
export interface Progress {
  readonly attempts: number;
  /** Good ones in a row, up to now. */
  readonly streak: number;
  /** Bad or unknown ones in a row, up to now. */
  readonly failing: number;
  /** Attempts that were bad or terminal. */
  readonly bad: number;
  /** Attempts that were bad or unknown after the first good one. */
  readonly relapses: number;
  /** Whether any attempt was good. */
  readonly everGood: boolean;
  /** When the streak began that ended the start-up, or may yet, ms since the start. */
  readonly goodSince?: number;
  /** When the start-up ended, ms since the start. */
  readonly stableSince?: number;
  /** Attempts after the start-up. */
  readonly stableAttempts: number;
  /** Those of them that were not good. */
  readonly stableFailures: number;
  /** Those of them that were bad or terminal. */
  readonly stableBad: number;
}

export const BEGIN: Progress = {
  attempts: 0,
  streak: 0,
  failing: 0,
  bad: 0,
  relapses: 0,
  everGood: false,
  stableAttempts: 0,
  stableFailures: 0,
  stableBad: 0,
};

/** Why a check ended. */
export type Ending =
  | { readonly state: 'healthy'; readonly flaky: boolean }
  | { readonly state: 'unhealthy'; readonly why: UnhealthyReason }
  | { readonly state: 'unknown'; readonly why: 'impossible' | 'not-judged' | 'cancelled' };

type UnhealthyReason =
  | 'terminal'
  | 'deadline'
  | 'max-attempts'
  | 'failure-threshold'
  | 'error-budget';

export type Decision =
  | { readonly next: 'end'; readonly ending: Ending }
  /** Another attempt, `wait` ms from now. */
  | { readonly next: 'attempt'; readonly wait: number };

/** Counts an attempt that ended `elapsed` ms after the start. */
export function record(
  policy: Policy,
  before: Progress,
  state: AttemptState,
  elapsed: number,
): Progress {
  const good = state === 'healthy';
  const bad = state === 'unhealthy' || state === 'terminal' ? 1 : 0;
  const streak = good ? before.streak + 1 : 0;
  const stable = before.stableSince !== undefined;
  const stableSince =
    before.stableSince ?? (streak >= policy.successThreshold ? elapsed : undefined);
  const goodSince = stable || good ? (before.goodSince ?? elapsed) : undefined;
  return {
    attempts: before.attempts + 1,
    streak,
    failing: good ? 0 : before.failing + 1,
    bad: before.bad + bad,
    relapses: before.relapses + (!good && before.everGood ? 1 : 0),
    everGood: before.everGood || good,
    ...(goodSince !== undefined && { goodSince }),
    ...(stableSince !== undefined && { stableSince }),
    stableAttempts: before.stableAttempts + (stable ? 1 : 0),
    stableFailures: before.stableFailures + (stable && !good ? 1 : 0),
    stableBad: before.stableBad + (stable ? bad : 0),
  };
}

/**
 * What to do after an attempt.
 *
 * @param progress with that attempt already recorded
 * @param random from 0 to 1, for the jitter
 */
export function decide(
  policy: Policy,
  progress: Progress,
  state: AttemptState,
  elapsed: number,
  random: number,
): Decision {
  const ending =
    finalState(state) ?? stableEnding(policy, progress, elapsed) ?? limitReached(policy, progress);
  if (ending !== undefined) return { next: 'end', ending };
  const wait = pause(policy, progress, random);
  // The stable phase ends on time: its last attempt is not put off past it.
  const left = (progress.stableSince ?? Infinity) + policy.stableFor - elapsed;
  const next = left > 0 ? Math.min(wait, left) : wait;
  if (elapsed + next >= policy.deadline) {
    return { next: 'end', ending: giveUp(progress, 'deadline') };
  }
  return { next: 'attempt', wait: next };
}

function finalState(state: AttemptState): Ending | undefined {
  if (state === 'terminal') return { state: 'unhealthy', why: 'terminal' };
  if (state === 'impossible') return { state: 'unknown', why: 'impossible' };
  return undefined;
}

/**
 * The stable phase. Two limits, of which each counts when it is set: the budget when it is above
 * 0 %, the threshold when it is above 1; with neither, the first failure ends it.
 */
function stableEnding(policy: Policy, progress: Progress, elapsed: number): Ending | undefined {
  if (progress.stableSince === undefined) return undefined;
  const left = progress.stableSince + policy.stableFor - elapsed;
  const budgetSet = policy.errorBudget > 0;
  if (progress.failing >= policy.failureThreshold && (policy.failureThreshold > 1 || !budgetSet)) {
    return relapsed(progress, 'failure-threshold');
  }
  if (budgetSet && progress.stableFailures > allowedFailures(policy, progress, left)) {
    return relapsed(progress, 'error-budget');
  }
  // At the end it must be as well as it had to be at the beginning, not only often enough.
  if (left > 0 || progress.streak < policy.successThreshold) return undefined;
  return { state: 'healthy', flaky: progress.relapses > 0 };
}

/** What only could not be judged is no verdict on the target. */
function relapsed(progress: Progress, why: UnhealthyReason): Ending {
  return progress.stableBad === 0
    ? { state: 'unknown', why: 'not-judged' }
    : { state: 'unhealthy', why };
}

/**
 * The failures that the budget allows if from now on every attempt is good and takes no time: with
 * more than that it cannot be kept any more. A little more than the product, which is not exact.
 */
function allowedFailures(policy: Policy, progress: Progress, left: number): number {
  const shortest = policy.interval * (1 - policy.jitter);
  const inTime = left > 0 ? Math.ceil(left / shortest) : 0;
  const most = policy.maxAttempts === 0 ? Infinity : policy.maxAttempts - progress.attempts;
  return policy.errorBudget * (progress.stableAttempts + Math.min(inTime, most)) + 1e-9;
}

function limitReached(policy: Policy, progress: Progress): Ending | undefined {
  if (policy.maxAttempts === 0 || progress.attempts < policy.maxAttempts) return undefined;
  return giveUp(progress, 'max-attempts');
}

/**
 * The ending of a check that is out of time or attempts; where nothing spoke against the target and
 * the last look was not possible, that is no verdict on it.
 */
export function giveUp(progress: Progress, why: UnhealthyReason): Ending {
  return progress.bad === 0 && progress.failing > 0
    ? { state: 'unknown', why: 'not-judged' }
    : { state: 'unhealthy', why };
}

function pause(policy: Policy, progress: Progress, random: number): number {
  const { interval, backoff, maxInterval, jitter } = policy;
  const starting = progress.stableSince === undefined;
  const doublings = backoff === 'exponential' && starting ? Math.max(0, progress.failing - 1) : 0;
  const maxMs = Math.max(interval, maxInterval);
  const base = backoffMs(doublings + 1, { baseMs: interval, maxMs });
  return base * (1 + jitter * (2 * random - 1));
}

export interface Contradiction {
  /** The key that is at fault, as inputs and configurations have it. */
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;
}

/** What makes a policy one that no target could satisfy, and how to mend it. */
export function contradiction(
  policy: Pick<Policy, 'deadline' | 'stableFor' | 'maxAttempts' | 'successThreshold'>,
): Contradiction | undefined {
  if (policy.stableFor >= policy.deadline) {
    return {
      where: 'deadline',
      problem: 'is not longer than stable-for, so that nothing could ever be healthy',
      remedy: 'Make deadline longer than stable-for and the time that the start-up takes.',
    };
  }
  if (policy.maxAttempts > 0 && policy.maxAttempts < policy.successThreshold) {
    return {
      where: 'max-attempts',
      problem: 'is less than success-threshold, so that nothing could ever be healthy',
      remedy: 'Make max-attempts at least success-threshold, or 0 for no limit.',
    };
  }
  return undefined;
}
