import { roundMs } from '@repo/checks/facts';
import { formatDuration } from '@repo/core/inputs/duration';
import { pluralize } from '@repo/core/text/pluralize';
import { type AttemptLog, createAttemptLog } from './attempt-log.ts';
import { type Check, type CheckResult, isHealthy, LATENCY_PHASES, type Status } from './check.ts';
import { percentiles } from './percentiles.ts';
import { type Ending, INITIAL_PROGRESS, type Progress, type RetryPolicy } from './retry-policy.ts';

/** The result of a check that did not start because a check that it needs is not healthy. */
export function createBlockedResult(check: Check, blocker: CheckResult): CheckResult {
  return createUnknownResult(
    check,
    `not run: it needs ${blocker.name}, which is ${blocker.status}`,
  );
}

export function createDryRunResult(check: Check): CheckResult {
  return createUnknownResult(check, 'not run (dry-run)');
}

function createUnknownResult(check: Check, reason: string): CheckResult {
  const ending = { state: 'unknown', cause: 'not-judged' } as const;
  return { ...createCheckResult(check, createAttemptLog(), INITIAL_PROGRESS, ending, 0), reason };
}

/** The result of a check from its ending and its attempts. */
export function createCheckResult(
  check: Check,
  attemptLog: AttemptLog,
  progress: Progress,
  ending: Ending,
  durationMs: number,
): CheckResult {
  const { status, reason } = getStatus(check.policy, attemptLog, progress, ending, durationMs);
  const { last, lastFailure } = attemptLog;
  return {
    name: check.name,
    kind: check.kind,
    target: check.target,
    status,
    reason,
    attempts: progress.attempts,
    failedAttempts: progress.unhealthy,
    ...(isHealthy({ status })
      ? { timeToHealthyMs: Math.round(progress.healthySinceMs ?? durationMs) }
      : {}),
    durationMs: Math.round(durationMs),
    addresses: last?.addresses ?? [],
    latency: Object.fromEntries(
      LATENCY_PHASES.flatMap((phase) => {
        const found = percentiles(attemptLog.latencies[phase].map(roundMs));
        return found === undefined ? [] : [[phase, found]];
      }),
    ),
    history: attemptLog.records,
    evidence: (status === 'healthy' ? last : (lastFailure ?? last))?.evidence ?? [],
  };
}

function getStatus(
  policy: RetryPolicy,
  { last, lastFailure }: AttemptLog,
  progress: Progress,
  ending: Ending,
  durationMs: number,
): { status: Status; reason: string } {
  const { attempts, relapses, stableAttempts, stableFailures } = progress;
  const tries = `after ${pluralize(attempts, 'attempt')}`;
  const within = `${tries} in ${formatDuration(durationMs)}`;
  const failure = lastFailure?.reasons.join('; ') ?? 'no attempt failed';
  if (ending.state === 'healthy') {
    const degraded = [
      ...(last?.degraded ?? []),
      ...(ending.flaky
        ? [`flaky: ${relapses} of ${attempts} attempts failed after the first healthy one`]
        : []),
    ];
    return degraded.length === 0
      ? { status: 'healthy', reason: tries }
      : { status: 'degraded', reason: `${degraded.join('; ')} (${tries})` };
  }
  if (ending.state === 'unknown') {
    const reasons = {
      cancelled: attempts === 0 ? 'cancelled before the first attempt' : `cancelled ${within}`,
      impossible: failure,
      'not-judged': `${failure} (${within})`,
    };
    return { status: 'unknown', reason: reasons[ending.cause] };
  }
  const stable = `during stable-for (${formatDuration(policy.stableForMs)})`;
  // An old failure does not explain why a target that is healthy now has not passed.
  const reason = progress.failureStreak > 0 ? failure : describeMissing(policy, progress);
  const reasons = {
    terminal: `${failure} (${tries})`,
    deadline: `${reason} (${within}, the deadline)`,
    'max-attempts': `${reason} (${within}, max-attempts)`,
    'failure-threshold': `${failure} (${within}) ${stable}`,
    'error-budget': `${stableFailures} of ${stableAttempts} attempts failed ${stable}, more than the error budget; last: ${failure}`,
  };
  return { status: 'unhealthy', reason: reasons[ending.cause] };
}

function describeMissing(policy: RetryPolicy, { stableSinceMs, healthyStreak }: Progress): string {
  return stableSinceMs === undefined
    ? `only ${healthyStreak} of ${policy.successThreshold} required healthy attempts in a row`
    : `not yet healthy for ${formatDuration(policy.stableForMs)}`;
}
