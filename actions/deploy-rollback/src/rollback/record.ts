import { plain } from '@repo/core/text/untrusted';
import type { Context } from '../context.ts';
import { getTreeHash } from '../git-tree.ts';
import type { Journal } from '../journal/journal.ts';
import { getOpenAttempt, getProgress } from '../journal/progress.ts';
import { countRollbacks } from '../ledger/history.ts';
import type { LedgerHistory } from '../ledger/ledger.ts';
import { createResult, type ModeResult } from '../mode-result.ts';
import { type Decided, getVerificationFailure } from './decision.ts';
import type { StartedRollback } from './precheck.ts';

/**
 * Records a decided rollback in the ledger, once, and marks the bad release. The entry also freezes
 * the environment, so that a kill cannot come between the two.
 */
export async function record(
  context: Context,
  journal: Journal,
  { result, message, to }: Decided,
): Promise<void> {
  const { ledger, inputs, ports } = context;
  const { rollbackId, badRelease, reason } = journal.started;
  if (getProgress(journal).recorded !== undefined) return;
  if (result !== 'superseded') await markBadRelease(context, journal);
  const isRecorded = result === 'rolled-back' || result === 'failed';
  const entry = isRecorded
    ? await ledger.record({
        rollbackId,
        badRelease,
        to: { revision: to, tree: await getTreeHash(to, ports) },
        state: result === 'rolled-back' ? 'good' : 'failed',
        reason: plain(reason === '' ? message : reason),
        freeze: inputs.freeze,
      })
    : undefined;
  journal.write({ event: 'recorded', entryId: entry?.id ?? '' });
}

/** Ends an attempt whose verification failed, and marks its release bad: it is not a candidate again. */
export async function recordFailures(
  { ledger }: Context,
  journal: Journal,
  { entries }: LedgerHistory,
): Promise<void> {
  const open = getOpenAttempt(journal);
  const failure = open && getVerificationFailure(open);
  if (open !== undefined && failure !== undefined) {
    const reason = failure.slice(0, 2_000);
    journal.write({ event: 'attempt-failed', attempt: open.plan.attempt, reason });
  }
  for (const { plan, state, markedBad, reason } of getProgress(journal).attempts) {
    if (state !== 'failed' || plan.purpose === 'restore' || markedBad) continue;
    const entry = entries.find(({ id }) => id === plan.entryId);
    const text = `unhealthy after a rollback to it: ${reason}`;
    if (entry !== undefined) await ledger.mark(entry, 'bad', text.slice(0, 500));
    journal.write({ event: 'marked-bad', attempt: plan.attempt });
  }
}

async function markBadRelease({ ledger }: Context, { started }: Journal): Promise<void> {
  const { entries } = await ledger.history('known');
  const entry = entries.find(
    ({ kind, revision }) => kind === 'deploy' && revision === started.badRelease,
  );
  if (entry !== undefined && entry.state !== 'bad') {
    await ledger.mark(entry, 'bad', started.reason === '' ? 'it was rolled back' : started.reason);
  }
}

/** The result of a finished rollback. */
export function toResult(
  { inputs, ports }: Context,
  { journal, history }: StartedRollback,
  decided: Decided,
): ModeResult {
  const { started, events } = journal;
  const { attempts, recorded, incident } = getProgress(journal);
  const last = attempts.findLast(({ plan }) => plan.purpose === 'rollback');
  const isRolledBack = decided.result === 'rolled-back';
  const entryId = recorded?.entryId ?? '';
  // After a kill, the history may contain the entry of this rollback already.
  const isNew =
    entryId !== '' &&
    !history.entries.some(({ rollback }) => rollback?.rollbackId === started.rollbackId);
  const earlier = countRollbacks(history, inputs.maxRollbacks, ports.clock.now());
  return createResult({
    result: decided.result,
    message: decided.message,
    remedy: decided.remedy,
    from: started.badRelease,
    to: decided.to,
    entryId,
    snapshotId: isRolledBack ? (last?.plan.snapshotId ?? '') : '',
    steps: last?.plan.steps ?? [],
    skipped: decided.skipped.length > 0 ? decided.skipped : (last?.plan.skipped ?? []),
    attempts,
    events,
    recoverMs: isRolledBack && last?.verified ? last.verified.atMs - started.atMs : undefined,
    issueUrl: incident?.issueUrl ?? '',
    rollbacksInWindow: earlier + (isNew ? 1 : 0),
  });
}
