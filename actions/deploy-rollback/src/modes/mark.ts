import { plain } from '@repo/core/text/untrusted';
import { requireBadRelease } from '../bad-release.ts';
import type { Context } from '../context.ts';
import { getTreeHash } from '../git-tree.ts';
import { createResult, type ModeResult } from '../mode-result.ts';
import { shortSha } from '../revision.ts';
import { createDeployKey } from './snapshot.ts';

/** Marks a release as good or bad. A rollback restores only a release that was good once. */
export async function mark(context: Context): Promise<ModeResult> {
  const { inputs, ledger, ports } = context;
  const history = await ledger.history();
  const revision = inputs.revision ?? requireBadRelease(context, history);
  const recorded = history.entries.find(
    (one) => one.kind === 'deploy' && one.revision === revision,
  );
  const entry =
    recorded ??
    (await ledger.open({
      key: createDeployKey(context, revision),
      revision,
      tree: await getTreeHash(revision, ports),
    }));
  const isMarked = entry.state === inputs.mark;
  if (!isMarked) await ledger.mark(entry, inputs.mark, plain(inputs.reason, 500));
  return createResult({
    result: isMarked ? 'noop' : 'done',
    message: `${shortSha(revision)} is ${isMarked ? 'already' : 'now'} marked ${inputs.mark} in ${inputs.environment}`,
    to: revision,
    entryId: entry.id,
  });
}
