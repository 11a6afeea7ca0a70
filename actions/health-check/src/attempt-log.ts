import { roundMs } from '@repo/checks/facts';
import type { JudgedAttempt } from '@repo/checks/judge';
import { type AttemptRecord, LATENCY_PHASES, type LatencyPhase } from './check.ts';

/** What was seen of one check so far. */
export interface Journal {
  /** The latest attempts. */
  readonly records: AttemptRecord[];
  /** Of every attempt that the target answered, ms. */
  readonly latencies: Readonly<Record<LatencyPhase, number[]>>;
  last: JudgedAttempt | undefined;
  /** The last that was not good; it has the evidence. */
  lastFailure: JudgedAttempt | undefined;
}

/** Attempts that a report keeps; older ones go. */
const MOST_RECORDS = 500;

export function newJournal(): Journal {
  return {
    records: [],
    latencies: { dns: [], connect: [], tls: [], firstByte: [], total: [] },
    last: undefined,
    lastFailure: undefined,
  };
}

/** @param atMs when the attempt began, since the start of the check */
export function addAttempt(journal: Journal, atMs: number, judged: JudgedAttempt): void {
  const { state, reasons, phases } = judged;
  journal.last = judged;
  if (state !== 'healthy') journal.lastFailure = judged;
  for (const phase of LATENCY_PHASES) {
    const ms = phases?.[phase];
    if (ms !== undefined) journal.latencies[phase].push(ms);
  }
  journal.records.push({
    atMs: Math.round(atMs),
    state: state === 'terminal' ? 'unhealthy' : state === 'impossible' ? 'unknown' : state,
    ...(phases !== undefined && { latencyMs: roundMs(phases.total) }),
    ...(reasons.length > 0 && { reason: reasons.join('; ') }),
  });
  if (journal.records.length > MOST_RECORDS) journal.records.shift();
}
