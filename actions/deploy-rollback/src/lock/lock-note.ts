import * as v from 'valibot';
import type { Owner } from './lock.ts';

const Word = v.pipe(v.string(), v.maxLength(300));
const Digits = v.pipe(v.string(), v.regex(/^\d{1,20}$/));

/** What stands in a lock; read back, it is somebody else's until it fits. */
const Note = v.object({
  by: v.literal('deploy-rollback/v1'),
  phase: v.picklist(['working', 'kept']),
  owner: v.object({ runId: Digits, runAttempt: Digits, job: Word, runner: Word }),
  sinceMs: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15)),
  why: v.optional(Word),
});

/** Longest that is read, in characters. */
const LONGEST = 4_096;

export interface LockNote {
  readonly owner: Owner;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
  /** Why it was kept; `undefined` while its owner is at work. */
  readonly kept: string | undefined;
}

export function writeLockNote({ owner, sinceMs, kept }: LockNote): string {
  return JSON.stringify({
    by: 'deploy-rollback/v1',
    phase: kept === undefined ? 'working' : 'kept',
    owner,
    sinceMs,
    ...(kept !== undefined && { why: kept.slice(0, 300).toWellFormed() }),
  });
}

/** `undefined` where it says nothing that could be relied on. */
export function readLockNote(text: string): LockNote | undefined {
  if (text.length > LONGEST) return undefined;
  try {
    const { success, output } = v.safeParse(Note, JSON.parse(text));
    if (!success) return undefined;
    const { owner, sinceMs, phase, why } = output;
    return { owner, sinceMs, kept: phase === 'kept' ? (why ?? '') : undefined };
  } catch {
    return undefined;
  }
}
