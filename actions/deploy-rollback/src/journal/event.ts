import * as v from 'valibot';
import { count, epochMs, identifier, revision, shortText } from '../state/schemas.ts';

const optionalId = v.union([identifier, v.literal('')]);
const attempt = v.pipe(count, v.minValue(1));
const round = v.picklist([1, 2]);
const skipped = v.array(v.object({ revision, id: shortText, reason: shortText }));

const check = v.object({
  title: shortText,
  ok: v.boolean(),
  found: shortText,
  attempts: count,
});

/** The results of a rollback that has a journal. */
const RESULTS = ['rolled-back', 'no-target', 'superseded', 'failed'] as const;

/**
 * The events of a rollback: an intent before each change, and its result after it. The next run
 * continues an unfinished journal from its last line.
 */
export const eventSchema = v.variant('event', [
  v.object({
    event: v.literal('started'),
    rollbackId: identifier,
    badRelease: revision,
    /** The newest deploy in the ledger. A different one later means that a deploy has started since. */
    newestDeploy: optionalId,
    /** Titles of the strategies. All of them are restored together. */
    strategies: v.array(shortText),
    reason: shortText,
    atMs: epochMs,
  }),
  /** An empty id means that the snapshot failed for the `reason`. */
  v.object({
    event: v.literal('safety-snapshot'),
    snapshotId: optionalId,
    reason: shortText,
    atMs: epochMs,
  }),
  v.object({
    event: v.literal('attempt-started'),
    attempt,
    /** `restore`: restores the state from before the rollback. */
    purpose: v.picklist(['rollback', 'restore']),
    revision,
    tree: shortText,
    entryId: optionalId,
    snapshotId: optionalId,
    steps: v.array(v.object({ title: shortText, step: shortText, warnings: v.array(shortText) })),
    skipped,
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
    reason: shortText,
    atMs: epochMs,
  }),
  v.object({
    event: v.literal('verified'),
    attempt,
    round,
    checks: v.array(check),
    atMs: epochMs,
  }),
  v.object({ event: v.literal('attempt-failed'), attempt, reason: shortText, atMs: epochMs }),
  v.object({ event: v.literal('marked-bad'), attempt, atMs: epochMs }),
  v.object({
    event: v.literal('decided'),
    result: v.picklist(RESULTS),
    message: shortText,
    remedy: shortText,
    /** The release that runs now; empty if it is unknown. */
    to: revision,
    skipped,
    atMs: epochMs,
  }),
  v.object({ event: v.literal('recorded'), entryId: optionalId, atMs: epochMs }),
  v.object({ event: v.literal('incident-published'), issueUrl: shortText, atMs: epochMs }),
  v.object({ event: v.literal('finished'), atMs: epochMs }),
]);

export type JournalEvent = v.InferOutput<typeof eventSchema>;
export type EventOf<Name extends JournalEvent['event']> = Extract<JournalEvent, { event: Name }>;
