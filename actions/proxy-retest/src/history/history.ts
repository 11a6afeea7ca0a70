import type { TestFailureKind, TestPhase } from '../test/failure.ts';
import { NO_TALLY, type Tally, withTest } from './score.ts';

/** What earlier runs found out about an endpoint. Times are milliseconds since the epoch. */
export interface History extends Tally {
  readonly status: 'alive' | 'dead' | 'unsure';
  /** Of the last test. */
  readonly at: number;
  /** Since when it has been alive, or not. */
  readonly since: number;
  /** How often it failed one run after the other. */
  readonly fails: number;
  /** How often it went from alive to dead or back. */
  readonly flips: number;
  /** For how long it has been known, milliseconds. */
  readonly watched: number;
  /** Of the last answer, milliseconds. */
  readonly latency?: number;
  /** When it last answered. */
  readonly aliveAt?: number;
  /** Why the last test failed. */
  readonly why?: { readonly phase: TestPhase; readonly kind: TestFailureKind };
  /** Where the last failures were: "died" takes two targets. */
  readonly failedOn?: readonly string[];
  readonly tampered?: true;
  readonly anonymity?: Anonymity;
}

/** What a run found out about an endpoint. */
export type Finding =
  | {
      readonly state: 'alive';
      readonly at: number;
      /** ms */
      readonly latency: number;
      /** The address of the proxy that was dialled; empty through an engine. */
      readonly address: string;
      readonly anonymity?: Anonymity;
    }
  | {
      readonly state: 'failed';
      readonly at: number;
      readonly phase: TestPhase;
      readonly kind: TestFailureKind;
      readonly message: string;
      /** The authorities of the targets that it failed on, each once. */
      readonly targets: readonly string[];
    }
  /** Nothing can be said of it: the targets, the engine or this machine were at fault. */
  | { readonly state: 'void'; readonly at: number; readonly message: string }
  /** It was not dialled, as its address is refused or its configuration is none. */
  | {
      readonly state: 'skipped';
      readonly at: number;
      readonly kind: TestFailureKind;
      readonly message: string;
    };

export type Anonymity = 'transparent' | 'anonymous' | 'elite';

/** The history after a finding; findings that say nothing about the endpoint change nothing. */
export function remember(before: History | undefined, finding: Finding): History | undefined {
  if (finding.state === 'void' || finding.state === 'skipped') return before;
  const { at } = finding;
  const elapsed = before ? Math.max(0, at - before.at) : 0;
  const isAlive = finding.state === 'alive';
  const tally = withTest(before ?? NO_TALLY, elapsed, isAlive);
  const watched = (before?.watched ?? 0) + elapsed;
  if (finding.state === 'alive') {
    const isBack = before !== undefined && before.status === 'dead';
    return {
      ...tally,
      status: 'alive',
      at,
      since: before?.status === 'dead' || before === undefined ? at : before.since,
      fails: 0,
      flips: (before?.flips ?? 0) + (isBack ? 1 : 0),
      watched,
      latency: finding.latency,
      aliveAt: at,
      ...(finding.anonymity && { anonymity: finding.anonymity }),
    };
  }
  const failedOn = [...new Set([...(before?.failedOn ?? []), ...finding.targets])].slice(0, 8);
  // Who was caught changing what passes needs no second witness.
  const isProven = failedOn.length > 1 || finding.kind === 'tampered';
  const status = before?.status === 'dead' || isProven ? 'dead' : 'unsure';
  const dies = status === 'dead' && before?.status !== 'dead';
  return {
    ...tally,
    status,
    at,
    since: dies ? at : (before?.since ?? at),
    fails: (before?.fails ?? 0) + 1,
    flips: (before?.flips ?? 0) + (dies && before !== undefined ? 1 : 0),
    watched,
    ...(before?.latency !== undefined && { latency: before.latency }),
    ...(before?.aliveAt !== undefined && { aliveAt: before.aliveAt }),
    why: { phase: finding.phase, kind: finding.kind },
    failedOn,
    ...(finding.kind === 'tampered' && { tampered: true as const }),
  };
}
