import { plain } from '@repo/core/text/untrusted';
import type { Context } from '../context.ts';
import { getProgress, getTouched } from '../journal/progress.ts';
import { getRunningEntry } from '../ledger/history.ts';
import type { Holder } from '../lock/lock.ts';
import { createResult, type ModeResult } from '../mode-result.ts';
import { shortSha } from '../revision.ts';
import { describeState } from '../rollback/decision.ts';
import { waitForLock } from '../rollback/lock.ts';

/** Checks whether the next deploy may start. */
export async function check(context: Context): Promise<ModeResult> {
  const { holder, locked } = await waitForLock(context);
  const blocked = locked ?? (await findFreeze(context, holder));
  if (blocked !== undefined) return blocked;
  const running = getRunningEntry(await context.ledger.history())?.revision ?? '';
  const message = `${context.inputs.environment} accepts deploys`;
  return createResult({ result: 'done', message, to: running });
}

/**
 * Why no deploy may start; `undefined` if one may.
 *
 * @param holder the current or last owner of the lock
 */
export async function findFreeze(
  { ledger, journals, inputs, ports }: Context,
  holder: Holder | undefined,
): Promise<ModeResult | undefined> {
  const { environment } = inputs;
  const { freeze } = await ledger.history();
  if (freeze !== undefined) {
    const since = new Date(freeze.sinceMs).toISOString();
    return createResult({
      result: 'frozen',
      message: `${environment} is frozen since ${since}: ${plain(freeze.reason)}`,
      remedy: 'Fix the cause, then run mode: unfreeze.',
    });
  }
  if (holder?.keptReason !== undefined) {
    return createResult({
      result: 'frozen',
      message: `a rollback of ${environment} failed: ${plain(holder.keptReason)}`,
      remedy: 'Repair the environment, then run mode: unfreeze.',
    });
  }
  const unfinished = await journals.unfinished();
  const progress = unfinished && getProgress(unfinished);
  if (unfinished === undefined || progress === undefined || getTouched(progress).size === 0) {
    return undefined;
  }
  const { rollbackId, badRelease } = unfinished.started;
  ports.log.info(`The journal of ${rollbackId} is unfinished.`);
  return createResult({
    result: 'frozen',
    message: `a rollback of ${shortSha(badRelease)} was interrupted: ${describeState(progress)}`,
    remedy: 'Finish it with mode: rollback, or discard it with mode: unfreeze.',
    from: badRelease,
  });
}
