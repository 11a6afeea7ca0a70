import * as v from 'valibot';
import { count, epochMs, identifier, revision, shortText } from '../state/untrusted-shapes.ts';

const optionalId = v.union([identifier, v.literal('')]);
const attempt = v.pipe(count, v.minValue(1));
const round = v.picklist([1, 2]);

const checked = v.object({
  title: shortText,
  ok: v.boolean(),
  found: shortText,
  attempts: count,
});

/** What a rollback came to. */
const ENDINGS = ['rolled-back', 'no-target', 'superseded', 'failed'] as const;

/**
 * What a rollback writes down, each before it goes on: an intent before something is changed, and
 * what became of it after. Who finds the journal unfinished goes on from the last line.
 */
export const eventSchema = v.variant('event', [
  v.object({
    event: v.literal('begun'),
    rollbackId: identifier,
    badRelease: revision,
    /** The latest deploy in the ledger; another one later means that somebody has deployed. */
    newestDeploy: optionalId,
    /** Titles of the strategies: they come back together. */
    strategies: v.array(shortText),
    reason: shortText,
    atMs: epochMs,
  }),
  /** The safety snapshot; without an id there is none, and `why`. */
  v.object({ event: v.literal('safety'), snapshotId: optionalId, why: shortText, atMs: epochMs }),
  v.object({
    event: v.literal('attempt'),
    attempt,
    /** `restore`: back to what was there before the rollback. */
    purpose: v.picklist(['rollback', 'restore']),
    revision,
    content: shortText,
    entryId: optionalId,
    snapshotId: optionalId,
    /** The steps of it. */
    steps: v.array(v.object({ title: shortText, step: shortText, warnings: v.array(shortText) })),
    passedOver: v.array(v.object({ revision, id: shortText, why: shortText })),
    atMs: epochMs,
  }),
  v.object({ event: v.literal('applying'), attempt, round, title: shortText, atMs: epochMs }),
  v.object({
    event: v.literal('applied'),
    attempt,
    round,
    title: shortText,
    done: shortText,
    atMs: epochMs,
  }),
  v.object({
    event: v.literal('apply-failed'),
    attempt,
    round,
    title: shortText,
    why: shortText,
    atMs: epochMs,
  }),
  v.object({
    event: v.literal('verified'),
    attempt,
    round,
    checks: v.array(checked),
    atMs: epochMs,
  }),
  v.object({ event: v.literal('attempt-failed'), attempt, why: shortText, atMs: epochMs }),
  v.object({ event: v.literal('marked-bad'), attempt, atMs: epochMs }),
  v.object({
    event: v.literal('decided'),
    result: v.picklist(ENDINGS),
    message: shortText,
    remedy: shortText,
    /** What runs now; empty where nobody knows. */
    to: revision,
    passedOver: v.array(v.object({ revision, id: shortText, why: shortText })),
    atMs: epochMs,
  }),
  v.object({ event: v.literal('recorded'), entryId: optionalId, atMs: epochMs }),
  v.object({ event: v.literal('told'), issue: shortText, atMs: epochMs }),
  v.object({ event: v.literal('ended'), atMs: epochMs }),
]);

export type JournalEvent = v.InferOutput<typeof eventSchema>;
export type EventOf<Name extends JournalEvent['event']> = Extract<JournalEvent, { event: Name }>;
