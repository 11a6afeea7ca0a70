import { roundMs } from '@repo/checks/facts';
import type { Verdict } from '@repo/core/action/outcome';
import { formatDuration } from '@repo/core/inputs/duration';
import { pluralize } from '@repo/core/text/pluralize';
import { type Journal, newJournal } from './attempt-log.ts';
import { type Check, type CheckResult, LATENCY_PHASES, type Status } from './check.ts';
import { percentiles } from './percentiles.ts';
import { BEGIN, type Ending, type Policy, type Progress } from './retry-policy.ts';

export const SIGNS: Readonly<Record<Status, string>> = {
  healthy: '✅',
  degraded: '⚠️',
  unhealthy: '❌',
  unknown: '❔',
};

export const VERDICTS: Readonly<Record<Status, Verdict>> = {
  healthy: 'pass',
  degraded: 'warn',
  unhealthy: 'fail',
  unknown: 'unknown',
};

/** A set of checks is as well as the worst of them; what could not be judged is no good news. */
const WORST_FIRST: readonly Status[] = ['unhealthy', 'unknown', 'degraded', 'healthy'];

export function worstStatus(results: readonly CheckResult[]): Status {
  return (
    WORST_FIRST.find((status) => results.some((result) => result.status === status)) ?? 'unknown'
  );
}

/** The answer in one sentence. */
export function sentence(results: readonly CheckResult[]): string {
  const status = worstStatus(results);
  const concerned = results.filter((result) => result.status === status);
  const [first] = concerned;
  if (first === undefined) return 'There was nothing to check.';
  if (results.length === 1) return `${first.target} is ${status}, ${first.reason}`;
  if (status === 'healthy') return `All ${results.length} checks are healthy`;
  const more = concerned.length === 1 ? '' : ` (and ${concerned.length - 1} more)`;
  return `${concerned.length} of ${results.length} checks ${concerned.length === 1 ? 'is' : 'are'} ${status}: ${first.name}, ${first.reason}${more}`;
}

/** Good enough for what needs it. */
export function isWell({ status }: CheckResult): boolean {
  return status === 'healthy' || status === 'degraded';
}

/** The result of a check that could not begin, for one that it needs is not well. */
export function notBegun(check: Check, needed: CheckResult): CheckResult {
  return unjudged(check, `not judged, for it needs ${needed.name}, which is ${needed.status}`);
}

/** The result of a check in a dry run. */
export function notAsked(check: Check): CheckResult {
  return unjudged(check, 'not asked in a dry run');
}

function unjudged(check: Check, reason: string): CheckResult {
  const ending = { state: 'unknown', why: 'not-judged' } as const;
  return { ...resultOf(check, newJournal(), BEGIN, ending, 0), reason };
}

/** What became of a check, from how it ended and what was seen on the way. */
export function resultOf(
  check: Check,
  journal: Journal,
  progress: Progress,
  ending: Ending,
  durationMs: number,
): CheckResult {
  const { status, reason } = statusOf(check.policy, journal, progress, ending, durationMs);
  const { last, lastFailure } = journal;
  return {
    name: check.name,
    kind: check.kind,
    target: check.target,
    status,
    reason,
    attempts: progress.attempts,
    failedAttempts: progress.bad,
    ...(status === 'healthy' || status === 'degraded'
      ? { timeToHealthyMs: Math.round(progress.goodSince ?? durationMs) }
      : {}),
    durationMs: Math.round(durationMs),
    addresses: last?.addresses ?? [],
    latency: Object.fromEntries(
      LATENCY_PHASES.flatMap((phase) => {
        const found = percentiles(journal.latencies[phase].map(roundMs));
        return found === undefined ? [] : [[phase, found]];
      }),
    ),
    history: journal.records,
    evidence: (status === 'healthy' ? last : (lastFailure ?? last))?.evidence ?? [],
  };
}

function statusOf(
  policy: Policy,
  { last, lastFailure }: Journal,
  progress: Progress,
  ending: Ending,
  durationMs: number,
): { status: Status; reason: string } {
  const { attempts, relapses, stableAttempts, stableFailures } = progress;
  const tries = `after ${pluralize(attempts, 'attempt')}`;
  const within = `${tries} in ${formatDuration(durationMs)}`;
  const failure = lastFailure?.reasons.join('; ') ?? 'nothing failed';
  if (ending.state === 'healthy') {
    const soft = [
      ...(last?.degraded ?? []),
      ...(ending.flaky
        ? [`flaky: ${relapses} of ${attempts} attempts failed after the first good one`]
        : []),
    ];
    return soft.length === 0
      ? { status: 'healthy', reason: tries }
      : { status: 'degraded', reason: `${soft.join('; ')} (${tries})` };
  }
  if (ending.state === 'unknown') {
    const reasons = {
      cancelled: attempts === 0 ? 'cancelled before the first attempt' : `cancelled ${within}`,
      impossible: failure,
      'not-judged': `${failure} (${within})`,
    };
    return { status: 'unknown', reason: reasons[ending.why] };
  }
  const stable = `within the ${formatDuration(policy.stableFor)} that it had to stay well`;
  // A failure of long ago does not explain why a target that is well by now is not yet healthy.
  const why = progress.failing > 0 ? failure : notYet(policy, progress);
  const reasons = {
    terminal: `${failure} (${tries})`,
    deadline: `${why} (${within}, the deadline)`,
    'max-attempts': `${why} (${within}, the most allowed)`,
    'failure-threshold': `${failure} (${within}), ${stable}`,
    'error-budget': `${stableFailures} of ${stableAttempts} attempts failed ${stable}, more than the error budget; last: ${failure}`,
  };
  return { status: 'unhealthy', reason: reasons[ending.why] };
}

function notYet(policy: Policy, { stableSince, streak }: Progress): string {
  return stableSince === undefined
    ? `well, but with ${streak} of ${policy.successThreshold} good attempts in a row`
    : `well, but not yet for ${formatDuration(policy.stableFor)}`;
}
