import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import type { Context } from '../context.ts';
import { getTreeHash } from '../git-tree.ts';
import type { Journal } from '../journal/journal.ts';
import { getProgress, getTouched } from '../journal/progress.ts';
import { copySteps } from './apply.ts';
import { type Decision, stopped } from './decision.ts';
import { checkStrategies, toTarget } from './preflight.ts';

/** Takes a snapshot of the current state, once, before the first change. Its failure stops nothing. */
export async function safetySnapshot(context: Context, journal: Journal): Promise<void> {
  const { snapshots, ports } = context;
  if (getProgress(journal).safetySnapshot !== undefined) return;
  const { rollbackId, badRelease } = journal.started;
  const strategies = context.strategies.filter(({ capture }) => capture !== undefined);
  if (strategies.length === 0) {
    journal.write({ event: 'safety-snapshot', snapshotId: '', reason: '' });
    return;
  }
  const id = `safety-${rollbackId}`;
  try {
    // A complete one was taken before a kill, and nothing has changed since.
    const complete = (await snapshots.list()).find((one) => one.id === id);
    if (complete === undefined) {
      const tree = await getTreeHash(badRelease, ports);
      await snapshots.take(strategies, { id, kind: 'safety', revision: badRelease, tree });
    }
    journal.write({ event: 'safety-snapshot', snapshotId: id, reason: '' });
  } catch (error) {
    ports.signal.throwIfAborted();
    const reason = plain(describeError(error), 1_000);
    ports.log.info(`The safety snapshot failed; the current state cannot be restored: ${reason}`);
    journal.write({ event: 'safety-snapshot', snapshotId: '', reason });
  }
}

/**
 * Starts an attempt to restore the state from before the rollback. Restores only what was changed.
 *
 * @returns the decision if the state cannot be restored
 */
export async function restoreCurrent(
  context: Context,
  journal: Journal,
): Promise<Decision | undefined> {
  const { inputs, snapshots } = context;
  const progress = getProgress(journal);
  const touched = getTouched(progress);
  const strategies = context.strategies.filter(({ title }) => touched.has(title));
  const snapshotId = progress.safetySnapshot?.snapshotId ?? '';
  const isPossible = snapshotId !== '' || strategies.every(({ capture }) => capture === undefined);
  if (inputs.onExhausted === 'stop' || !isPossible) return stopped(journal, inputs);
  const { badRelease } = journal.started;
  const snapshot = (await snapshots.list()).find(({ id }) => id === snapshotId);
  const target = toTarget({ revision: badRelease, entry: undefined }, journal.started);
  const check = await checkStrategies(context, target, snapshot, strategies);
  const attempt = progress.attempts.length + 1;
  journal.write({
    event: 'attempt-started',
    attempt,
    purpose: 'restore',
    revision: badRelease,
    tree: '',
    entryId: '',
    snapshotId,
    steps: check.kind === 'ready' ? copySteps(check.steps) : [],
    skipped: [],
  });
  if (check.kind === 'impossible') {
    journal.write({ event: 'attempt-failed', attempt, reason: plain(check.reason, 1_000) });
  }
  return undefined;
}
