import type { PublishedStatus } from '../list/read-record.ts';
import { type History, type TestResult, updateHistory } from './history.ts';
import { computeHealth, computeScore } from './score.ts';
import type { Histories } from './state-file.ts';

/** The result of a test, and the history of the endpoint before and after it. */
export interface Change {
  readonly result: TestResult;
  readonly before: History | undefined;
  readonly after: History | undefined;
}

/** By the identity of the endpoint. */
export type Changes = ReadonlyMap<string, Change>;

export function computeChanges(
  results: ReadonlyMap<string, TestResult>,
  histories: Histories,
): Changes {
  const changes = new Map<string, Change>();
  for (const [id, result] of results) {
    const before = histories.get(id);
    // A run that was killed after it wrote the state leaves its journal behind.
    if (before && before.at >= result.at) continue;
    changes.set(id, { result, before, after: updateHistory(before, result) });
  }
  return changes;
}

/** The endpoint was alive before this run and is dead now. */
export function hasDied({ before, after }: Change, published: PublishedStatus): boolean {
  return after?.status === 'dead' && wasAlive(before, published);
}

/** The endpoint was dead before this run and is alive now. */
export function hasRevived({ before, after }: Change, published: PublishedStatus): boolean {
  const isKnown = before !== undefined || published.isWorking !== undefined;
  return after?.status === 'alive' && isKnown && !wasAlive(before, published);
}

function wasAlive(before: History | undefined, published: PublishedStatus): boolean {
  return before ? before.status !== 'dead' : published.isWorking !== false;
}

/** The fields that are written into a record. */
export interface RecordFields {
  readonly latency: number | null;
  readonly is_working: boolean;
  readonly tested_at: string;
  readonly retest: RetestFields;
}

export interface RetestFields {
  readonly health: number;
  readonly score: number;
  readonly fails: number;
  readonly phase?: string;
  readonly kind?: string;
  readonly anonymity?: string;
}

/** `undefined` when the status of the endpoint is not certain: the record is not changed. */
export function toRecordFields({ result, after }: Change): RecordFields | undefined {
  if (after === undefined || after.status === 'unconfirmed') return undefined;
  const isAlive = result.state === 'alive';
  return {
    latency: isAlive ? round(result.latency, 2) : null,
    is_working: isAlive,
    tested_at: new Date(after.at).toISOString(),
    retest: toRetestFields(after),
  };
}

export function toRetestFields(history: History): RetestFields {
  const { fails, latency, failure, tampered = false, anonymity } = history;
  const health = computeHealth(history) ?? 0;
  const score = computeScore(health, latency, { isTampered: tampered });
  return {
    health: round(health, 3),
    score: round(score, 1),
    fails,
    ...(failure && { phase: failure.phase, kind: failure.kind }),
    ...(anonymity && { anonymity }),
  };
}

/** A latency has to change by more than both to be worth a commit. */
const LATENCY_CHANGE_RATIO = 0.25;
const LATENCY_CHANGE_MS = 100;

/**
 * Whether the new fields are worth writing: the status or the latency changed, or the published
 * test is older than `maxAgeMs`.
 */
export function isSignificant(
  fields: RecordFields,
  published: PublishedStatus,
  maxAgeMs: number,
): boolean {
  if (published.isWorking !== fields.is_working) return true;
  const now = Date.parse(fields.tested_at);
  const testedAt = ignoreFuture(published.testedAt, now);
  if (testedAt === undefined || now - testedAt > maxAgeMs) return true;
  if (fields.latency === null) return false;
  const publishedLatency = published.latency ?? 0;
  const difference = Math.abs(fields.latency - publishedLatency);
  return difference > LATENCY_CHANGE_MS && difference > LATENCY_CHANGE_RATIO * publishedLatency;
}

/** Clocks of other machines may be ahead by this much. */
const CLOCK_SKEW_MS = 10 * 60_000;

/** Ignores a time in the future: it would keep the endpoint from being tested until then. */
export function ignoreFuture(time: number | undefined, now: number): number | undefined {
  if (time === undefined || time > now + CLOCK_SKEW_MS) return undefined;
  return Math.min(time, now);
}

/**
 * Keeps the old list when too many endpoints fail at once: probably the network of this machine
 * failed, not the endpoints.
 */
export interface MassFailureGuard {
  /** Endpoints that were alive before this run and were tested. */
  readonly tested: number;
  /** How many of them are still alive. */
  readonly retained: number;
  readonly triggered: boolean;
}

/** A ratio of fewer endpoints is not meaningful. */
const MIN_TESTED = 4;

/**
 * @param getPublished the published status of an endpoint, by its identity
 * @param minRetainRatio from 0 to 1
 */
export function checkMassFailure(
  changes: Changes,
  getPublished: (id: string) => PublishedStatus,
  minRetainRatio: number,
): MassFailureGuard {
  let tested = 0;
  let retained = 0;
  for (const [id, { result, before }] of changes) {
    if (result.state !== 'alive' && result.state !== 'failed') continue;
    if (!wasAlive(before, getPublished(id))) continue;
    tested++;
    if (result.state === 'alive') retained++;
  }
  return {
    tested,
    retained,
    triggered: tested >= MIN_TESTED && retained < minRetainRatio * tested,
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
