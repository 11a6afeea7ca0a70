import { formatDuration } from '@repo/core/inputs/duration';
import type { TestFailureKind, TestPhase } from '../endpoint-test/failure.ts';
import { addTest, EMPTY_TALLY, type Tally } from './score.ts';

/** The results of earlier runs for one endpoint. Times are milliseconds since the epoch. */
export interface History extends Tally {
  /** `unconfirmed`: it failed, but on one target only. */
  readonly status: 'alive' | 'dead' | 'unconfirmed';
  /** Time of the last test. */
  readonly at: number;
  /** Time of the last change between alive and dead. */
  readonly since: number;
  /** Consecutive failures. */
  readonly fails: number;
  /** Changes between alive and dead. */
  readonly flips: number;
  /** Time from the first to the last test. */
  readonly observedMs: number;
  /** Latency of the last answer, in milliseconds. */
  readonly latency?: number;
  /** Time of the last answer. */
  readonly aliveAt?: number;
  /** The last failure. */
  readonly failure?: { readonly phase: TestPhase; readonly kind: TestFailureKind };
  /** The targets of the last failures: an endpoint is dead after failing on two. */
  readonly failedOn?: readonly string[];
  readonly tampered?: true;
  readonly anonymity?: Anonymity;
}

/** The result of testing an endpoint. */
export type TestResult =
  | {
      readonly state: 'alive';
      readonly at: number;
      /** Milliseconds. */
      readonly latency: number;
      /** The address that was dialled; empty when an engine dialled it. */
      readonly address: string;
      readonly anonymity?: Anonymity;
    }
  | {
      readonly state: 'failed';
      readonly at: number;
      readonly phase: TestPhase;
      readonly kind: TestFailureKind;
      readonly message: string;
      /** The targets that it failed on, without duplicates. */
      readonly targets: readonly string[];
    }
  /** The targets, the engine or this machine failed, not the endpoint. */
  | { readonly state: 'inconclusive'; readonly at: number; readonly message: string }
  /** Not dialled: its address is not allowed or its configuration is not valid. */
  | {
      readonly state: 'skipped';
      readonly at: number;
      readonly kind: TestFailureKind;
      readonly message: string;
    };

/** `alive in 120ms`, `failed in tcp: connection refused` */
export function describeResult(result: TestResult): string {
  switch (result.state) {
    case 'alive':
      return `alive in ${formatDuration(Math.round(result.latency))}`;
    case 'failed':
      return `failed in ${result.phase}: ${result.message}`;
    case 'inconclusive':
    case 'skipped':
      return `${result.state}: ${result.message}`;
  }
}

export type Anonymity = 'transparent' | 'anonymous' | 'elite';

/** Adds a result to the history; inconclusive and skipped results do not change it. */
export function updateHistory(
  before: History | undefined,
  result: TestResult,
): History | undefined {
  if (result.state === 'inconclusive' || result.state === 'skipped') return before;
  const { at } = result;
  const elapsed = before ? Math.max(0, at - before.at) : 0;
  const isAlive = result.state === 'alive';
  const tally = addTest(before ?? EMPTY_TALLY, elapsed, isAlive);
  const observedMs = (before?.observedMs ?? 0) + elapsed;
  if (result.state === 'alive') {
    const hasRevived = before !== undefined && before.status === 'dead';
    return {
      ...tally,
      status: 'alive',
      at,
      since: before?.status === 'dead' || before === undefined ? at : before.since,
      fails: 0,
      flips: (before?.flips ?? 0) + (hasRevived ? 1 : 0),
      observedMs,
      latency: result.latency,
      aliveAt: at,
      ...(result.anonymity && { anonymity: result.anonymity }),
    };
  }
  const failedOn = [...new Set([...(before?.failedOn ?? []), ...result.targets])].slice(0, 8);
  // Tampering is certain after one test.
  const isConfirmed = failedOn.length > 1 || result.kind === 'tampered';
  const status = before?.status === 'dead' || isConfirmed ? 'dead' : 'unconfirmed';
  const dies = status === 'dead' && before?.status !== 'dead';
  return {
    ...tally,
    status,
    at,
    since: dies ? at : (before?.since ?? at),
    fails: (before?.fails ?? 0) + 1,
    flips: (before?.flips ?? 0) + (dies && before !== undefined ? 1 : 0),
    observedMs,
    ...(before?.latency !== undefined && { latency: before.latency }),
    ...(before?.aliveAt !== undefined && { aliveAt: before.aliveAt }),
    failure: { phase: result.phase, kind: result.kind },
    failedOn,
    ...(result.kind === 'tampered' && { tampered: true as const }),
  };
}
