import { randomUUID } from 'node:crypto';
import { pluralize } from '@repo/core/text/pluralize';
import { requireBadRelease } from '../bad-release.ts';
import { contentOf } from '../content.ts';
import type { Context } from '../context.ts';
import { type Finding, finding } from '../finding.ts';
import { progressOf } from '../journal/progress.ts';
import type { History } from '../ledger/ledger.ts';
import { shortSha } from '../revision.ts';
import { runningEntry } from '../situation.ts';
import { superfluous } from '../snapshots/prune.ts';
import { lookPatiently, underLock } from '../under-lock.ts';
import { heldBack } from './check.ts';

/** Keeps what runs now, and opens the ledger's entry for what is about to be deployed. */
export async function snapshot(context: Context): Promise<Finding> {
  // Before the lock is taken: one that was kept would be free after it.
  const { holder, locked } = await lookPatiently(context);
  const before = locked ?? (await heldBack(context, holder));
  if (before !== undefined) return before;
  return underLock(context, async () => (await heldBack(context, undefined)) ?? keep(context));
}

async function keep(context: Context): Promise<Finding> {
  const { inputs, ports, ledger, snapshots, strategies } = context;
  const history = await ledger.history();
  const next = requireBadRelease(context, history);
  const revision = inputs.revision ?? runningEntry(history)?.revision ?? '';
  const taken = strategies.some(({ capture }) => capture !== undefined)
    ? await ports.log.group(`Keeping ${shortSha(revision)}`, async () =>
        snapshots.take(strategies, {
          id: newId(ports.clock.now()),
          kind: 'deploy',
          revision,
          content: await contentOf(revision, ports),
          before: next,
        }),
      )
    : undefined;
  const entry = await ledger.open({
    key: keyOf(context, next),
    revision: next,
    content: await contentOf(next, ports),
  });
  await prune(context, history);
  const kept = taken === undefined ? 'Nothing has to be kept' : `Kept ${shortSha(revision)}`;
  return finding({
    result: 'done',
    message: `${kept}; the deploy of ${shortSha(next)} may begin`,
    to: revision,
    entryId: entry.id,
    snapshotId: taken?.id ?? '',
    steps: (taken?.parts ?? []).map(({ title, files }) => ({
      title,
      step: `kept ${pluralize(files.length, 'file')}`,
      warnings: [],
    })),
  });
}

async function prune(context: Context, history: History): Promise<void> {
  const { snapshots, journals, inputs, strategies } = context;
  const left = await journals.unfinished();
  const progress = left && progressOf(left);
  const inUse = [
    progress?.safety?.snapshotId ?? '',
    ...(progress?.attempts.map(({ about }) => about.snapshotId) ?? []),
  ];
  const gone = superfluous(await snapshots.list(), {
    history,
    keep: inputs.keep,
    inUse: new Set(inUse),
  });
  await snapshots.remove(gone, strategies);
}

/** The same for the same attempt of a job; the steps of one job deploy a release once. */
export function keyOf({ ports }: Context, revision: string): string {
  const { runId, runAttempt, job } = ports.run;
  return runId === ''
    ? `${revision}-${randomUUID()}`
    : `${runId}-${runAttempt}-${job}-${ports.variable('RUNNER_NAME')}-${revision}`;
}

/** `20261120T100000Z-1a2b` */
function newId(nowMs: number): string {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${randomUUID().slice(0, 4)}`;
}
