import { plain } from '@repo/core/text/untrusted';
import type { Context } from '../context.ts';
import { type Finding, finding } from '../finding.ts';
import { progressOf, touchedBy } from '../journal/progress.ts';
import type { Holder } from '../lock/lock.ts';
import { shortSha } from '../revision.ts';
import { stateInWords } from '../rollback/words.ts';
import { runningEntry } from '../situation.ts';
import { lookPatiently } from '../under-lock.ts';

/** Whether the next deploy may begin. */
export async function check(context: Context): Promise<Finding> {
  const { holder, locked } = await lookPatiently(context);
  const held = locked ?? (await heldBack(context, holder));
  if (held !== undefined) return held;
  const runs = runningEntry(await context.ledger.history())?.revision ?? '';
  const message = `${context.inputs.environment} takes deploys`;
  return finding({ result: 'done', message, to: runs });
}

/**
 * Why no deploy may begin; `undefined` when one may.
 *
 * @param holder who has or had the lock
 */
export async function heldBack(
  { ledger, journals, inputs, ports }: Context,
  holder: Holder | undefined,
): Promise<Finding | undefined> {
  const { environment } = inputs;
  const { hold } = await ledger.history();
  if (hold !== undefined) {
    const since = new Date(hold.sinceMs).toISOString();
    return finding({
      result: 'frozen',
      message: `${environment} is frozen since ${since}: ${plain(hold.reason)}`,
      remedy: 'Find out what went wrong, then run mode: unfreeze.',
    });
  }
  if (holder?.kept !== undefined) {
    return finding({
      result: 'frozen',
      message: `a rollback of ${environment} failed: ${plain(holder.kept)}`,
      remedy: 'Repair the environment, then run mode: unfreeze.',
    });
  }
  const left = await journals.unfinished();
  const progress = left && progressOf(left);
  if (left === undefined || progress === undefined || touchedBy(progress).size === 0) {
    return undefined;
  }
  ports.log.info(`The journal of ${left.begun.rollbackId} has no end.`);
  return finding({
    result: 'frozen',
    message: `a rollback of ${shortSha(left.begun.badRelease)} was interrupted: ${stateInWords(progress)}`,
    remedy: 'Run mode: rollback again to finish it, or mode: unfreeze to give it up.',
    from: left.begun.badRelease,
  });
}
