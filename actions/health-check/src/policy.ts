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

/** What one attempt came to, as far as the policy has to know. */
export type AttemptState =
  | 'good'
  | 'bad'
  /** Bad for good: waiting longer cannot help. */
  | 'terminal'
  /** Nothing could be judged; another attempt may. */
  | 'unknown'
  /** Nothing can be judged, now or later. */
  | 'impossible';

/** How far a check has come. */
export interface Progress {
  readonly attempts: number;
  /** Good ones in a row, up to now. */
  readonly streak: number;
  /** Bad or unknown ones in a row, up to now. */
  readonly failing: number;
  /** Attempts that were bad. */
  readonly bad: number;
  /** Attempts that were bad or unknown after the first good one. */
  readonly relapses: number;
  /** Whether any attempt was good. */
  readonly everGood: boolean;
  /** When the present streak of good attempts began, ms since the start. */
  readonly goodSince?: number;
  /** When the start-up ended, ms since the start. */
  readonly stableSince?: number;
  readonly stableAttempts: number;
  readonly stableFailures: number;
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
};

/** Why a check ended. */
export type Ending =
  | { readonly state: 'healthy'; readonly flaky: boolean }
  | { readonly state: 'unhealthy'; readonly why: UnhealthyReason }
  | { readonly state: 'unknown'; readonly why: 'impossible' | 'never-judged' | 'cancelled' };

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
  const good = state === 'good';
  const streak = good ? before.streak + 1 : 0;
  const stable = before.stableSince !== undefined;
  const stableSince =
    before.stableSince ?? (streak >= policy.successThreshold ? elapsed : undefined);
  return {
    attempts: before.attempts + 1,
    streak,
    failing: good ? 0 : before.failing + 1,
    bad: before.bad + (state === 'bad' || state === 'terminal' ? 1 : 0),
    relapses: before.relapses + (!good && before.everGood ? 1 : 0),
    everGood: before.everGood || good,
    ...(good && { goodSince: before.goodSince ?? elapsed }),
    ...(stableSince !== undefined && { stableSince }),
    stableAttempts: before.stableAttempts + (stable ? 1 : 0),
    stableFailures: before.stableFailures + (stable && !good ? 1 : 0),
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
  if (elapsed + next >= policy.deadline)
    return { next: 'end', ending: giveUp(progress, 'deadline') };
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
  const budgetSet = policy.errorBudget > 0;
  if (progress.failing >= policy.failureThreshold && (policy.failureThreshold > 1 || !budgetSet)) {
    return { state: 'unhealthy', why: 'failure-threshold' };
  }
  if (budgetSet && progress.stableFailures > allowedFailures(policy, progress, elapsed)) {
    return { state: 'unhealthy', why: 'error-budget' };
  }
  const over = elapsed - progress.stableSince >= policy.stableFor;
  // It must be well at the end, not only often enough.
  if (!over || progress.failing > 0) return undefined;
  return { state: 'healthy', flaky: progress.relapses > 0 };
}

/** The failures that the budget allows in the attempts that the whole phase will have had. */
function allowedFailures(policy: Policy, progress: Progress, elapsed: number): number {
  const spent = elapsed - (progress.stableSince ?? elapsed);
  const share = policy.stableFor === 0 ? 1 : Math.min(1, spent / policy.stableFor);
  const expected = share === 0 ? progress.stableAttempts : progress.stableAttempts / share;
  return Math.floor(policy.errorBudget * Math.max(expected, progress.stableAttempts));
}

function limitReached(policy: Policy, progress: Progress): Ending | undefined {
  if (policy.maxAttempts === 0 || progress.attempts < policy.maxAttempts) return undefined;
  return giveUp(progress, 'max-attempts');
}

/** Out of time or attempts; where nothing could ever be judged, that is no verdict on the target. */
function giveUp(progress: Progress, why: UnhealthyReason): Ending {
  return progress.bad === 0 && !progress.everGood
    ? { state: 'unknown', why: 'never-judged' }
    : { state: 'unhealthy', why };
}

function pause(policy: Policy, progress: Progress, random: number): number {
  const starting = progress.stableSince === undefined;
  const doublings =
    policy.backoff === 'exponential' && starting ? Math.max(0, progress.failing - 1) : 0;
  const base =
    doublings === 0
      ? policy.interval
      : Math.min(policy.interval * 2 ** doublings, policy.maxInterval);
  return base * (1 + policy.jitter * (2 * random - 1));
}
