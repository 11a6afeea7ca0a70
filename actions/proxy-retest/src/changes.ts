import { type Finding, type History, remember } from './history/history.ts';
import { healthOf, scoreOf } from './history/score.ts';
import type { Histories } from './history/state-file.ts';
import type { Published } from './list/read-record.ts';
import { beforeNow } from './select.ts';

/** What a run makes of an endpoint. */
export interface Change {
  readonly finding: Finding;
  readonly before: History | undefined;
  readonly after: History | undefined;
}

export type Changes = ReadonlyMap<string, Change>;

/** What each finding does to what is known. */
export function changesBy(findings: ReadonlyMap<string, Finding>, histories: Histories): Changes {
  const changes = new Map<string, Change>();
  for (const [id, finding] of findings) {
    const before = histories.get(id);
    // A finding that the history has already, as the run that made it was killed after writing it.
    if (before && before.at >= finding.at) continue;
    const after = remember(before, finding);
    changes.set(id, { finding, before, after });
  }
  return changes;
}

/** It was alive, as far as anybody knew, and is dead. */
export function hasDied({ before, after }: Change, published: Published): boolean {
  return after?.status === 'dead' && wasAlive(before, published);
}

export function hasRevived({ before, after }: Change, published: Published): boolean {
  return after?.status === 'alive' && !wasAlive(before, published) && isKnown(before, published);
}

function wasAlive(before: History | undefined, published: Published): boolean {
  return before ? before.status !== 'dead' : published.isWorking !== false;
}

function isKnown(before: History | undefined, published: Published): boolean {
  return before !== undefined || published.isWorking !== undefined;
}

/** The fields that a record gets; `undefined`: the record stays as it is. */
export interface NewFields {
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

/** What is published of an endpoint after a test that gave certainty. */
export function newFields({ finding, after }: Change): NewFields | undefined {
  if (after === undefined || after.status === 'unsure') return undefined;
  const isAlive = finding.state === 'alive';
  return {
    latency: isAlive ? round(finding.latency, 2) : null,
    is_working: isAlive,
    tested_at: new Date(after.at).toISOString(),
    retest: retestFields(after),
  };
}

export function retestFields(history: History): RetestFields {
  const { fails, latency, why, tampered = false, anonymity } = history;
  const health = healthOf(history) ?? 0;
  const score = scoreOf(health, latency, { isTampered: tampered });
  return {
    health: round(health, 3),
    score: round(score, 1),
    fails,
    ...(why && { phase: why.phase, kind: why.kind }),
    ...(anonymity && { anonymity }),
  };
}

/** Latencies differ from test to test; more than this share and this many ms is news. */
const LATENCY_SHARE = 0.25;
const LATENCY_MS = 100;

/**
 * Whether somebody who reads the list would want to know: another status, quite another latency, or
 * what the list says is older than `maxAge` (milliseconds).
 */
export function isMaterial(fields: NewFields, published: Published, maxAge: number): boolean {
  if (published.isWorking !== fields.is_working) return true;
  const now = Date.parse(fields.tested_at);
  const testedAt = beforeNow(published.testedAt, now);
  if (testedAt === undefined || now - testedAt > maxAge) return true;
  if (fields.latency === null) return false;
  const difference = Math.abs(fields.latency - (published.latency ?? 0));
  return difference > LATENCY_MS && difference > LATENCY_SHARE * (published.latency ?? 0);
}

/** When so many are dead all at once, it is not they that failed. */
export interface Guard {
  readonly tested: number;
  readonly retained: number;
  readonly holds: boolean;
}

/** Below so many, a share says nothing. */
const FEWEST_TO_GUARD = 4;

/** @param published by identity; @param minRetain from 0 to 1 */
export function massDeath(
  changes: Changes,
  published: (id: string) => Published,
  minRetain: number,
): Guard {
  let tested = 0;
  let retained = 0;
  for (const [id, { finding, before }] of changes) {
    if (finding.state !== 'alive' && finding.state !== 'failed') continue;
    if (!wasAlive(before, published(id))) continue;
    tested++;
    if (finding.state === 'alive') retained++;
  }
  return { tested, retained, holds: tested >= FEWEST_TO_GUARD && retained < minRetain * tested };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
