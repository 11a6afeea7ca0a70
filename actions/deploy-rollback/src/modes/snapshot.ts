import { randomUUID } from 'node:crypto';
import { pluralize } from '@repo/core/text/pluralize';
import { requireBadRelease } from '../bad-release.ts';
import type { Context } from '../context.ts';
import { getTreeHash } from '../git-tree.ts';
import { getProgress } from '../journal/progress.ts';
import { getRunningEntry } from '../ledger/history.ts';
import type { LedgerHistory } from '../ledger/ledger.ts';
import { createResult, type ModeResult } from '../mode-result.ts';
import { shortSha } from '../revision.ts';
import { waitForLock, withLock } from '../rollback/lock.ts';
import { selectRemovable } from '../snapshots/prune.ts';
import { findFreeze } from './check.ts';

/** Takes a snapshot of the running release, and opens the ledger entry of the next deploy. */
export async function snapshot(context: Context): Promise<ModeResult> {
  // Before taking the lock: a lock that a failed rollback kept would be released after it.
  const { holder, locked } = await waitForLock(context);
  const blocked = locked ?? (await findFreeze(context, holder));
  if (blocked !== undefined) return blocked;
  return withLock(
    context,
    async () => (await findFreeze(context, undefined)) ?? takeSnapshot(context),
  );
}

async function takeSnapshot(context: Context): Promise<ModeResult> {
  const { inputs, ports, ledger, snapshots, strategies } = context;
  const history = await ledger.history();
  const next = requireBadRelease(context, history);
  const revision = inputs.revision ?? getRunningEntry(history)?.revision ?? '';
  const taken = strategies.some(({ capture }) => capture !== undefined)
    ? await ports.log.group(`Taking a snapshot of ${shortSha(revision)}`, async () =>
        snapshots.take(strategies, {
          id: createSnapshotId(ports.clock.now()),
          kind: 'deploy',
          revision,
          tree: await getTreeHash(revision, ports),
          before: next,
        }),
      )
    : undefined;
  const entry = await ledger.open({
    key: createDeployKey(context, next),
    revision: next,
    tree: await getTreeHash(next, ports),
  });
  await prune(context, history);
  const outcome =
    taken === undefined
      ? 'The strategies need no snapshot'
      : `Took a snapshot of ${shortSha(revision)}`;
  return createResult({
    result: 'done',
    message: `${outcome}; the deploy of ${shortSha(next)} may start`,
    to: revision,
    entryId: entry.id,
    snapshotId: taken?.id ?? '',
    steps: (taken?.parts ?? []).map(({ title, files }) => ({
      title,
      step: `saved ${pluralize(files.length, 'file')}`,
      warnings: [],
    })),
  });
}

async function prune(context: Context, history: LedgerHistory): Promise<void> {
  const { snapshots, journals, inputs, strategies } = context;
  const unfinished = await journals.unfinished();
  const progress = unfinished && getProgress(unfinished);
  const inUse = [
    progress?.safetySnapshot?.snapshotId ?? '',
    ...(progress?.attempts.map(({ plan }) => plan.snapshotId) ?? []),
  ];
  const removable = selectRemovable(await snapshots.list(), {
    history,
    keep: inputs.keep,
    inUse: new Set(inUse),
  });
  await snapshots.remove(removable, strategies);
}

/** The key of a deploy: the same for the same attempt of a job, so that a retry finds its entry. */
export function createDeployKey({ ports }: Context, revision: string): string {
  const { runId, runAttempt, job } = ports.run;
  return runId === ''
    ? `${revision}-${randomUUID()}`
    : `${runId}-${runAttempt}-${job}-${ports.variable('RUNNER_NAME')}-${revision}`;
}

/** `20261120T100000Z-1a2b` */
function createSnapshotId(nowMs: number): string {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${randomUUID().slice(0, 4)}`;
}
