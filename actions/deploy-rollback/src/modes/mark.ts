import { plain } from '@repo/core/text/untrusted';
import { requireBadRelease } from '../bad-release.ts';
import { contentOf } from '../content.ts';
import type { Context } from '../context.ts';
import { type Finding, finding } from '../finding.ts';
import { shortSha } from '../revision.ts';
import { keyOf } from './snapshot.ts';

/** Says of a release whether it is good: only what was good once is ever brought back. */
export async function mark(context: Context): Promise<Finding> {
  const { inputs, ledger, ports } = context;
  const history = await ledger.history();
  const revision = inputs.revision ?? requireBadRelease(context, history);
  const known = history.entries.find((one) => one.kind === 'deploy' && one.revision === revision);
  const entry =
    known ??
    (await ledger.open({
      key: keyOf(context, revision),
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
