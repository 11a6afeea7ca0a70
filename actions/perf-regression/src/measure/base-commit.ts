import { ActionError } from '@repo/core/errors/action-error';
import type { Git } from '@repo/git/git';

/**
 * Finds the base commit. `merge-base` is the first parent of GitHub's merge of a pull request (the
 * base that it was merged into, even if the base branch has moved since the event); otherwise the
 * merge base with the default branch, or the parent if that is HEAD itself.
 *
 * @param isPullMerge whether HEAD is GitHub's merge of a pull request
 */
export async function findBaseCommit(
  git: Git,
  ref: string,
  { isPullMerge, defaultBranch }: { isPullMerge: boolean; defaultBranch: string },
): Promise<string> {
  const resolveCommit = (name: string) =>
    git.query(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
  if (ref !== 'merge-base') {
    const found = (await resolveCommit(ref)) ?? (await resolveCommit(`origin/${ref}`));
    if (found !== undefined) return found;
    throw new ActionError(`the checkout has no commit ${ref}`, {
      remedy: 'Check baseline-ref, and use actions/checkout with fetch-depth: 0.',
    });
  }
  const head = await resolveCommit('HEAD');
  const parent = await resolveCommit('HEAD^1');
  const merged =
    isPullMerge || defaultBranch === ''
      ? undefined
      : await git.query(['merge-base', 'HEAD', `origin/${defaultBranch}`]);
  const base = merged !== undefined && merged !== head ? merged : parent;
  if (base !== undefined) return base;
  throw new ActionError('the checkout has no parent of HEAD', {
    remedy: 'Use actions/checkout with fetch-depth: 2, or 0.',
  });
}
