import type { AttemptState } from '@repo/checks/judge';
import { backoffMs } from '@repo/core/process/backoff';
/**
 * When to retry, and when a check has a result.
 *
 * In the start-up phase, the target must pass `successThreshold` consecutive attempts; failures only
 * take time. In the stable phase, it must stay healthy for `stableForMs`; failures count there.
 */
export interface RetryPolicy {
  /** Timeout of one attempt. */
  readonly timeoutMs: number;
  /** Limit of the whole check, from the start of its first attempt. */
  readonly deadlineMs: number;
  /** Pause between two attempts. */
  readonly intervalMs: number;
  /** `exponential` doubles the interval after each failure in the start-up phase. */
  readonly backoff: 'constant' | 'exponential';
  /** Upper limit of the interval with `exponential`. */
  readonly maxIntervalMs: number;
  /** Random share of the interval, 0 to 1. */
  readonly jitter: number;
  /** Pause before the first attempt. */
  readonly initialDelayMs: number;
  /** 0: only the deadline limits the attempts. */
  readonly maxAttempts: number;
  /** Consecutive healthy attempts that end the start-up phase. */
  readonly successThreshold: number;
  /** Consecutive failed attempts that end the stable phase. */
  readonly failureThreshold: number;
  /** Length of the stable phase; 0: no stable phase. */
  readonly stableForMs: number;
  /** Share of the attempts in the stable phase that may fail, 0 to 1. */
  readonly errorBudget: number;
}

/** The counters of a check after some attempts. */
export interface Progress {
  readonly attempts: number;
  /** Consecutive healthy attempts. */
  readonly healthyStreak: number;
  /** Consecutive unhealthy or unknown attempts. */
  readonly failureStreak: number;
  /** Attempts that were unhealthy or terminal. */
  readonly unhealthy: number;
  /** Unhealthy or unknown attempts after the first healthy one. */
  readonly relapses: number;
  readonly everHealthy: boolean;
  /** Start of the streak that ended the start-up phase or may end it, since the start. */
  readonly healthySinceMs?: number;
  /** End of the start-up phase, since the start. */
  readonly stableSinceMs?: number;
  /** Attempts in the stable phase. */
  readonly stableAttempts: number;
  /** Attempts in the stable phase that were not healthy. */
  readonly stableFailures: number;
  /** Attempts in the stable phase that were unhealthy or terminal. */
  readonly stableUnhealthy: number;
}

export const INITIAL_PROGRESS: Progress = {
  attempts: 0,
  healthyStreak: 0,
  failureStreak: 0,
  unhealthy: 0,
  relapses: 0,
  everHealthy: false,
  stableAttempts: 0,
  stableFailures: 0,
  stableUnhealthy: 0,
};

/** The result of a check, and the rule that ended it. */
export type Ending =
  | { readonly state: 'healthy'; readonly flaky: boolean }
  | { readonly state: 'unhealthy'; readonly cause: UnhealthyCause }
  | { readonly state: 'unknown'; readonly cause: 'impossible' | 'not-judged' | 'cancelled' };

type UnhealthyCause =
  | 'terminal'
  | 'deadline'
  | 'max-attempts'
  | 'failure-threshold'
  | 'error-budget';

export type Decision =
  | { readonly next: 'end'; readonly ending: Ending }
  | { readonly next: 'attempt'; readonly waitMs: number };

/** Counts an attempt. */
export function countAttempt(
  policy: RetryPolicy,
  before: Progress,
  state: AttemptState,
  elapsedMs: number,
): Progress {
  const isHealthy = state === 'healthy';
  const unhealthy = state === 'unhealthy' || state === 'terminal' ? 1 : 0;
  const healthyStreak = isHealthy ? before.healthyStreak + 1 : 0;
  const isStable = before.stableSinceMs !== undefined;
  const stableSinceMs =
    before.stableSinceMs ?? (healthyStreak >= policy.successThreshold ? elapsedMs : undefined);
  const healthySinceMs = isStable || isHealthy ? (before.healthySinceMs ?? elapsedMs) : undefined;
  return {
    attempts: before.attempts + 1,
    healthyStreak,
    failureStreak: isHealthy ? 0 : before.failureStreak + 1,
    unhealthy: before.unhealthy + unhealthy,
    relapses: before.relapses + (!isHealthy && before.everHealthy ? 1 : 0),
    everHealthy: before.everHealthy || isHealthy,
    ...(healthySinceMs !== undefined && { healthySinceMs }),
    ...(stableSinceMs !== undefined && { stableSinceMs }),
    stableAttempts: before.stableAttempts + (isStable ? 1 : 0),
    stableFailures: before.stableFailures + (isStable && !isHealthy ? 1 : 0),
    stableUnhealthy: before.stableUnhealthy + (isStable ? unhealthy : 0),
  };
}

/**
 * Decides what to do after an attempt.
 *
 * @param progress includes that attempt
 * @param random from 0 to 1, for the jitter
 */
export function decideNext(
  policy: RetryPolicy,
  progress: Progress,
  state: AttemptState,
  elapsedMs: number,
  random: number,
): Decision {
  const ending =
    endAtFinalState(state) ??
    endStablePhase(policy, progress, elapsedMs) ??
    endAtMaxAttempts(policy, progress);
  if (ending !== undefined) return { next: 'end', ending };
  const pauseMs = getPauseMs(policy, progress, random);
  // The last attempt of the stable phase runs at its end, not later.
  const leftMs = (progress.stableSinceMs ?? Infinity) + policy.stableForMs - elapsedMs;
  const waitMs = leftMs > 0 ? Math.min(pauseMs, leftMs) : pauseMs;
  if (elapsedMs + waitMs >= policy.deadlineMs) {
    return { next: 'end', ending: endAtLimit(progress, 'deadline') };
  }
  return { next: 'attempt', waitMs };
}

function endAtFinalState(state: AttemptState): Ending | undefined {
  if (state === 'terminal') return { state: 'unhealthy', cause: 'terminal' };
  if (state === 'impossible') return { state: 'unknown', cause: 'impossible' };
  return undefined;
}

/**
 * The stable phase has two optional limits: the error budget (above 0%) and the failure threshold
 * (above 1). Without both, the first failure ends it.
 */
function endStablePhase(
  policy: RetryPolicy,
  progress: Progress,
  elapsedMs: number,
): Ending | undefined {
  if (progress.stableSinceMs === undefined) return undefined;
  const leftMs = progress.stableSinceMs + policy.stableForMs - elapsedMs;
  const hasBudget = policy.errorBudget > 0;
  if (
    progress.failureStreak >= policy.failureThreshold &&
    (policy.failureThreshold > 1 || !hasBudget)
  ) {
    return endAfterRelapse(progress, 'failure-threshold');
  }
  if (hasBudget && progress.stableFailures > allowedFailures(policy, progress, leftMs)) {
    return endAfterRelapse(progress, 'error-budget');
  }
  // The stable phase must also end with `successThreshold` healthy attempts.
  if (leftMs > 0 || progress.healthyStreak < policy.successThreshold) return undefined;
  return { state: 'healthy', flaky: progress.relapses > 0 };
}

/** Attempts that are only unknown do not make the target unhealthy. */
function endAfterRelapse(progress: Progress, cause: UnhealthyCause): Ending {
  return progress.stableUnhealthy === 0
    ? { state: 'unknown', cause: 'not-judged' }
    : { state: 'unhealthy', cause };
}

/**
 * The number of failures within the error budget if all remaining attempts are healthy and take no
 * time. The small addend compensates for floating-point errors.
 */
function allowedFailures(policy: RetryPolicy, progress: Progress, leftMs: number): number {
  const shortestMs = policy.intervalMs * (1 - policy.jitter);
  const possible = leftMs > 0 ? Math.ceil(leftMs / shortestMs) : 0;
  const allowed = policy.maxAttempts === 0 ? Infinity : policy.maxAttempts - progress.attempts;
  return policy.errorBudget * (progress.stableAttempts + Math.min(possible, allowed)) + 1e-9;
}

function endAtMaxAttempts(policy: RetryPolicy, progress: Progress): Ending | undefined {
  if (policy.maxAttempts === 0 || progress.attempts < policy.maxAttempts) return undefined;
  return endAtLimit(progress, 'max-attempts');
}

/**
 * Ends a check at its deadline or its last attempt. Without an unhealthy attempt, and with an unknown
 * last attempt, the result is unknown.
 */
export function endAtLimit(progress: Progress, cause: UnhealthyCause): Ending {
  return progress.unhealthy === 0 && progress.failureStreak > 0
    ? { state: 'unknown', cause: 'not-judged' }
    : { state: 'unhealthy', cause };
}

function getPauseMs(policy: RetryPolicy, progress: Progress, random: number): number {
  const { intervalMs, backoff, maxIntervalMs, jitter } = policy;
  const isStartUp = progress.stableSinceMs === undefined;
  const doublings =
    backoff === 'exponential' && isStartUp ? Math.max(0, progress.failureStreak - 1) : 0;
  const maxMs = Math.max(intervalMs, maxIntervalMs);
  const base = backoffMs(doublings + 1, { baseMs: intervalMs, maxMs });
  return base * (1 + jitter * (2 * random - 1));
}

export interface Contradiction {
  /** The key in inputs and configurations. */
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;
}

/** A mistake that prevents any target from becoming healthy. */
export function findContradiction(
  policy: Pick<RetryPolicy, 'deadlineMs' | 'stableForMs' | 'maxAttempts' | 'successThreshold'>,
): Contradiction | undefined {
  if (policy.stableForMs >= policy.deadlineMs) {
    return {
      where: 'deadline',
      problem: 'must be longer than stable-for',
      remedy: 'Increase deadline: it includes the start-up and stable-for.',
    };
  }
  if (policy.maxAttempts > 0 && policy.maxAttempts < policy.successThreshold) {
    return {
      where: 'max-attempts',
      problem: 'is less than success-threshold, so no target can become healthy',
      remedy: 'Set max-attempts to at least success-threshold, or to 0 for no limit.',
    };
  }
  return undefined;
}
