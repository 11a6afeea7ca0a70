import { plain } from '@repo/core/text/untrusted';
import { contentOf } from '../content.ts';
import { releaseOf } from '../failing.ts';
import { type Finding, finding } from '../finding.ts';
import { shortSha } from '../revision.ts';
import type { World } from '../world.ts';
import { keyOf } from './snapshot.ts';

/** Says of a release whether it is good: only what was good once is ever brought back. */
export async function mark(world: World): Promise<Finding> {
  const { inputs, ledger, ports } = world;
  const history = await ledger.history();
  const revision = inputs.revision ?? releaseOf(world, history);
  const known = history.entries.find((one) => one.kind === 'deploy' && one.revision === revision);
  const entry =
    known ??
    (await ledger.open({
      key: keyOf(world, revision),
      revision,
      content: await contentOf(revision, ports),
    }));
  const already = entry.state === inputs.mark;
  if (!already) await ledger.mark(entry, inputs.mark, plain(inputs.reason, 500));
  return finding({
    result: already ? 'noop' : 'done',
    message: `${shortSha(revision)} is ${already ? 'marked' : 'now marked'} ${inputs.mark} in ${inputs.environment}`,
    to: revision,
    entryId: entry.id,
  });
}
