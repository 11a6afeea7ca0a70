import { roundMs } from '@repo/checks/facts';
import type { JudgedAttempt } from '@repo/checks/judge';
import { type AttemptRecord, LATENCY_PHASES, type LatencyPhase } from './check.ts';

/** The attempts of one check, in memory. */
export interface AttemptLog {
  /** The latest attempts. */
  readonly records: AttemptRecord[];
  /** In ms, of every attempt that reached the target. */
  readonly latencies: Readonly<Record<LatencyPhase, number[]>>;
  last: JudgedAttempt | undefined;
  /** The latest attempt that was not healthy; it has the evidence. */
  lastFailure: JudgedAttempt | undefined;
}

/** Attempts in the report. */
const MAX_RECORDS = 500;

export function createAttemptLog(): AttemptLog {
  return {
    records: [],
    latencies: { dns: [], connect: [], tls: [], firstByte: [], total: [] },
    last: undefined,
    lastFailure: undefined,
  };
}

/** @param atMs start of the attempt, since the start of the check */
export function logAttempt(attemptLog: AttemptLog, atMs: number, judged: JudgedAttempt): void {
  const { state, reasons, phases } = judged;
  attemptLog.last = judged;
  if (state !== 'healthy') attemptLog.lastFailure = judged;
  for (const phase of LATENCY_PHASES) {
    const ms = phases?.[phase];
    if (ms !== undefined) attemptLog.latencies[phase].push(ms);
  }
  attemptLog.records.push({
    atMs: Math.round(atMs),
    state: state === 'terminal' ? 'unhealthy' : state === 'impossible' ? 'unknown' : state,
    ...(phases !== undefined && { latencyMs: roundMs(phases.total) }),
    ...(reasons.length > 0 && { reason: reasons.join('; ') }),
  });
  if (attemptLog.records.length > MAX_RECORDS) attemptLog.records.shift();
}
