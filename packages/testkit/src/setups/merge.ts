import { git, type Repository } from '../git/repository.ts';

/** How a pull request is merged on GitHub. */
export type MergeMethod = 'squash-merge' | 'rebase-merge' | 'merge-commit';

/**
 * Merges a branch into main like GitHub, pushes main, deletes the branch, and returns the new commit
 * of main. A squash or rebase gives it a SHA that no run has seen before.
 */
export function mergePullRequest(
  repository: Repository,
  branch: string,
  method: MergeMethod,
): string {
  const clone = repository.clone();
  git(clone, 'checkout', '--quiet', '-B', 'main', 'origin/main');
  if (method === 'squash-merge') {
    git(clone, 'merge', '--quiet', '--squash', `origin/${branch}`);
    git(clone, 'commit', '--quiet', '-m', `${branch} (#1)`);
  } else if (method === 'rebase-merge') {
    // GitHub always writes new commits, even if main did not move.
    const base = git(clone, 'merge-base', 'main', `origin/${branch}`);
    for (const sha of git(clone, 'rev-list', '--reverse', `${base}..origin/${branch}`).split(
      '\n',
    )) {
      git(clone, 'cherry-pick', '--no-commit', sha);
      git(clone, 'commit', '--quiet', '-m', `${branch} ${sha.slice(0, 7)} (rebased)`);
    }
  } else {
    git(clone, 'merge', '--quiet', '--no-ff', '-m', `Merge ${branch}`, `origin/${branch}`);
  }
  git(clone, 'push', '--quiet', 'origin', 'main', `:${branch}`);
  return git(clone, 'rev-parse', 'HEAD');
}
