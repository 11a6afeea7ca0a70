import { runAttempt } from '@repo/checks/attempt';
import { DurationFact, type Facts } from '@repo/checks/facts';
import { getSlowestPhases, type JudgedAttempt } from '@repo/checks/judge';
import type { Machine, Network } from '@repo/checks/kinds/kind';
import type { Observation } from '@repo/checks/kinds/observation';
import type { Log } from '@repo/core/action/log';
import { formatDuration } from '@repo/core/inputs/duration';
import type { Clock } from '@repo/core/process/clock';
import type { Slots } from '@repo/core/process/slots';
import { addAttempt, type Journal, newJournal } from './attempt-log.ts';
import type { Check, CheckResult } from './check.ts';
import { percentiles } from './percentiles.ts';
import { BEGIN, decide, giveUp, type Progress, record } from './retry-policy.ts';
import { resultOf } from './verdict.ts';

/** What carrying out checks needs of the world. */
export interface Ports {
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** From 0 to 1, for the jitter. */
  readonly random: () => number;
  readonly machine: Machine;
}

/** Tries one check until its policy is satisfied, one way or the other. Never throws on cancel. */
export async function carryOut(
  check: Check,
  network: Network,
  bounded: Slots,
  { log, clock, signal, random, machine }: Ports,
): Promise<CheckResult> {
  const { policy } = check;
  const journal = newJournal();
  let progress = BEGIN;
  let start = clock.monotonic();
  const elapsed = () => clock.monotonic() - start;

  const attempt = async (): Promise<JudgedAttempt | 'too late'> => {
    signal.throwIfAborted();
    // The deadline runs from here: waiting for a slot is not the target's fault.
    if (progress.attempts === 0) start = clock.monotonic();
    const began = elapsed();
    if (began >= policy.deadline) return 'too late';
    const timeoutMs = Math.max(1, Math.min(policy.timeout, policy.deadline - began));
    const seen = await runAttempt(
      check,
      {
        network,
        machine,
        allAddresses: check.allAddresses,
        connections: check.connections,
        timeoutMs,
        signal,
      },
      (observations) => sharedFacts(check, journal, progress, observations),
    );
    signal.throwIfAborted();
    addAttempt(journal, began, seen);
    return seen;
  };

  try {
    if (policy.initialDelay > 0) await clock.sleep(policy.initialDelay, signal);
    for (;;) {
      const seen = await bounded.take(attempt);
      if (seen === 'too late') {
        return resultOf(check, journal, progress, giveUp(progress, 'deadline'), elapsed());
      }
      progress = record(policy, progress, seen.state, elapsed());
      const decision = decide(policy, progress, seen.state, elapsed(), random());
      if (decision.next === 'end') {
        return resultOf(check, journal, progress, decision.ending, elapsed());
      }
      tell(check, journal, progress, decision.wait, log);
      await clock.sleep(decision.wait, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return resultOf(check, journal, progress, { state: 'unknown', why: 'cancelled' }, elapsed());
  }
}

/** The variables that every kind has; the window has the attempt that is being judged in it. */
function sharedFacts(
  { reads }: Check,
  journal: Journal,
  progress: Progress,
  observations: readonly Observation[],
): Facts {
  const attempt = progress.attempts + 1;
  if (!reads.has('window')) return { attempt };
  const latest = getSlowestPhases(observations);
  const window = percentiles([...journal.latencies.total, ...(latest ? [latest.total] : [])]);
  return {
    attempt,
    window: {
      failures: progress.bad,
      ...(window && {
        p50: new DurationFact(window.p50),
        p95: new DurationFact(window.p95),
        max: new DurationFact(window.max),
      }),
    },
  };
}

/** Says why it is tried again, once for each new reason. */
function tell(
  { name }: Check,
  { records }: Journal,
  { attempts }: Progress,
  wait: number,
  log: Log,
): void {
  const [before, last] = [records.at(-2), records.at(-1)];
  if (last?.reason === undefined || last.reason === before?.reason) return;
  log.info(`… ${name}: ${last.reason} (attempt ${attempts}), again in ${formatDuration(wait)}`);
}
