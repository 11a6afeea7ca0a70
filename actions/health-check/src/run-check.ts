import { runAttempt } from '@repo/checks/attempt';
import { DurationFact, type Facts } from '@repo/checks/facts';
import { getSlowestPhases, type JudgedAttempt } from '@repo/checks/judge';
import type { Network } from '@repo/checks/kinds/kind';
import type { Observation } from '@repo/checks/kinds/observation';
import type { Log } from '@repo/core/action/log';
import { formatDuration } from '@repo/core/inputs/duration';
import { type AttemptLog, createAttemptLog, logAttempt } from './attempt-log.ts';
import type { Check, CheckResult } from './check.ts';
import { createCheckResult } from './check-result.ts';
import type { Context } from './context.ts';
import { percentiles } from './percentiles.ts';
import {
  countAttempt,
  type Decision,
  decideNext,
  type Ending,
  endAtLimit,
  INITIAL_PROGRESS,
  type Progress,
} from './retry-policy.ts';

export type CheckContext = Pick<
  Context,
  'log' | 'clock' | 'signal' | 'random' | 'machine' | 'slots'
>;

/** Repeats the attempts of a check until its policy ends it. A cancel is a result, not an error. */
export async function runCheck(
  check: Check,
  network: Network,
  { log, clock, signal, random, machine, slots }: CheckContext,
): Promise<CheckResult> {
  const { policy } = check;
  const attemptLog = createAttemptLog();
  let progress = INITIAL_PROGRESS;
  let start = clock.monotonic();
  const getElapsedMs = () => clock.monotonic() - start;
  const end = (ending: Ending) =>
    createCheckResult(check, attemptLog, progress, ending, getElapsedMs());

  const attempt = async (): Promise<JudgedAttempt | 'too late'> => {
    signal.throwIfAborted();
    // Waiting for a slot does not count towards the deadline.
    if (progress.attempts === 0) start = clock.monotonic();
    const startedAtMs = getElapsedMs();
    if (startedAtMs >= policy.deadlineMs) return 'too late';
    const timeoutMs = Math.max(1, Math.min(policy.timeoutMs, policy.deadlineMs - startedAtMs));
    const judged = await runAttempt(
      check,
      {
        network,
        machine,
        allAddresses: check.allAddresses,
        connections: check.connections,
        timeoutMs,
        signal,
        debug: log.debug,
      },
      (observations) => getSharedFacts(check, attemptLog, progress, observations),
    );
    signal.throwIfAborted();
    logAttempt(attemptLog, startedAtMs, judged);
    return judged;
  };

  try {
    if (policy.initialDelayMs > 0) await clock.sleep(policy.initialDelayMs, signal);
    for (;;) {
      const judged = await slots.take(attempt);
      if (judged === 'too late') return end(endAtLimit(progress, 'deadline'));
      progress = countAttempt(policy, progress, judged.state, getElapsedMs());
      const decision = decideNext(policy, progress, judged.state, getElapsedMs(), random());
      log.debug(() => describeAttempt(check, progress, judged, decision));
      if (decision.next === 'end') return end(decision.ending);
      logRetry(check, attemptLog, progress, decision.waitMs, log);
      await clock.sleep(decision.waitMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return end({ state: 'unknown', cause: 'cancelled' });
  }
}

/** The variables of all kinds. The window includes the attempt that is being judged. */
function getSharedFacts(
  { reads }: Check,
  attemptLog: AttemptLog,
  progress: Progress,
  observations: readonly Observation[],
): Facts {
  const attempt = progress.attempts + 1;
  if (!reads.has('window')) return { attempt };
  const latest = getSlowestPhases(observations);
  const window = percentiles([...attemptLog.latencies.total, ...(latest ? [latest.total] : [])]);
  return {
    attempt,
    window: {
      failures: progress.unhealthy,
      ...(window && {
        p50: new DurationFact(window.p50),
        p95: new DurationFact(window.p95),
        max: new DurationFact(window.max),
      }),
    },
  };
}

function describeAttempt(
  { name }: Check,
  { attempts }: Progress,
  { state, reasons, phases }: JudgedAttempt,
  decision: Decision,
): string {
  const time = phases === undefined ? '' : ` in ${formatDuration(Math.round(phases.total))}`;
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
  const next =
    decision.next === 'end'
      ? `the check ends as ${decision.ending.state}`
      : `retry in ${formatDuration(Math.round(decision.waitMs))}`;
  return `${name}: attempt ${attempts} is ${state}${time}${why}; ${next}`;
}

/** Logs the reason for the retry, if it differs from the previous one. */
function logRetry(
  { name }: Check,
  { records }: AttemptLog,
  { attempts }: Progress,
  waitMs: number,
  log: Log,
): void {
  const [previous, last] = [records.at(-2), records.at(-1)];
  if (last?.reason === undefined || last.reason === previous?.reason) return;
  log.info(`… ${name}: ${last.reason} (attempt ${attempts}), retry in ${formatDuration(waitMs)}`);
}
