import { ActionError } from '@repo/core/errors/action-error';
import type { Git } from '@repo/git/git';

/**
 * The commit to measure against. `merge-base`: of GitHub's merge of a pull request its first parent
 * (what the merge was made on, also when the base has moved since the event); elsewhere the merge
 * base with the default branch, or the parent where that is the commit itself.
 *
 * @param isPullMerge whether HEAD is GitHub's merge of a pull request
 */
export async function baseCommit(
  git: Git,
  ref: string,
  { isPullMerge, defaultBranch }: { isPullMerge: boolean; defaultBranch: string },
): Promise<string> {
  const commit = (name: string) =>
    git.query(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
  if (ref !== 'merge-base') {
    const found = (await commit(ref)) ?? (await commit(`origin/${ref}`));
    if (found !== undefined) return found;
    throw new ActionError(`there is no commit ${ref} in the checkout`, {
      remedy: 'Check baseline-ref, and give actions/checkout fetch-depth: 0.',
    });
  }
  const head = await commit('HEAD');
  const parent = await commit('HEAD^1');
  const merged =
    isPullMerge || defaultBranch === ''
      ? undefined
      : await git.query(['merge-base', 'HEAD', `origin/${defaultBranch}`]);
  const base = merged !== undefined && merged !== head ? merged : parent;
  if (base !== undefined) return base;
  throw new ActionError('the checkout has no commit before this one', {
    remedy: 'Give actions/checkout fetch-depth: 2, or 0.',
  });
}
