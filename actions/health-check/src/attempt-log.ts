import { type AttemptRecord, LATENCY_PHASES, type LatencyPhase } from './check.ts';
import type { Judged } from './judge.ts';

/** What was seen of one check so far. */
export interface Journal {
  /** The latest attempts. */
  readonly records: AttemptRecord[];
  /** Of every attempt that the target answered, ms. */
  readonly latencies: Readonly<Record<LatencyPhase, number[]>>;
  last: Judged | undefined;
  /** The last that was not good; it has the evidence. */
  lastFailure: Judged | undefined;
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
export function addAttempt(journal: Journal, atMs: number, judged: Judged): void {
  const { state, reasons, phases } = judged;
  journal.last = judged;
  if (state !== 'good') journal.lastFailure = judged;
  for (const phase of LATENCY_PHASES) {
    const ms = phases?.[phase];
    if (ms !== undefined) journal.latencies[phase].push(ms);
  }
  journal.records.push({
    atMs: Math.round(atMs),
    state: state === 'terminal' ? 'bad' : state === 'impossible' ? 'unknown' : state,
    ...(phases !== undefined && { latencyMs: roundMs(phases.total) }),
    ...(reasons.length > 0 && { reason: reasons.join('; ') }),
  });
  if (journal.records.length > MOST_RECORDS) journal.records.shift();
}

/** Milliseconds to the microsecond, which is more than can be known. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
