import * as v from 'valibot';
import type { Owner } from './lock.ts';

const Word = v.pipe(v.string(), v.maxLength(300));
const Digits = v.pipe(v.string(), v.regex(/^\d{1,20}$/));

/** The content of a lock. It is untrusted when it is read back. */
const Note = v.object({
  by: v.literal('deploy-rollback/v1'),
  phase: v.picklist(['active', 'kept']),
  owner: v.object({ runId: Digits, runAttempt: Digits, job: Word, runner: Word }),
  sinceMs: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15)),
  reason: v.optional(Word),
});

/** Characters. */
const MAX_LENGTH = 4_096;

export interface LockNote {
  readonly owner: Owner;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
  /** The reason for which it is kept; `undefined` while its owner runs. */
  readonly keptReason: string | undefined;
}

export function writeLockNote({ owner, sinceMs, keptReason }: LockNote): string {
  return JSON.stringify({
    by: 'deploy-rollback/v1',
    phase: keptReason === undefined ? 'active' : 'kept',
    owner,
    sinceMs,
    ...(keptReason !== undefined && { reason: keptReason.slice(0, 300).toWellFormed() }),
  });
}

/** `undefined` for invalid content. */
export function readLockNote(text: string): LockNote | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  try {
    const { success, output } = v.safeParse(Note, JSON.parse(text));
    if (!success) return undefined;
    const { owner, sinceMs, phase, reason } = output;
    return { owner, sinceMs, keptReason: phase === 'kept' ? (reason ?? '') : undefined };
  } catch {
    return undefined;
  }
}
