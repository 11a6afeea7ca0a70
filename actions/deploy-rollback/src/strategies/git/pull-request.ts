import { code, md } from '@repo/core/summary/markdown';
import { openPullRequest } from '@repo/github/pulls/open-pull';
import type { Target } from '../strategy.ts';
import { type BranchState, describeNewerCommits, readBranchState } from './branch-state.ts';
import { createNothingToDo, type GitMode, shortRevision, toError } from './git-mode.ts';
import type { GitRepository } from './git-repository.ts';
import { createCommitMessage } from './trailers.ts';

const SETTING =
  'GITHUB_TOKEN opens pull requests only if the setting "Allow GitHub Actions to create and approve pull requests" is on, and their checks do not start automatically.';

/**
 * Opens a pull request with the commit of `restore-commit`, for protected branches. The branch does not
 * change until it is merged, so it cannot be identified.
 */
export function createPullRequestMode(branch: string): GitMode {
  return {
    title: `pull-request ${branch}`,
    preflight: async (target, repository) => {
      const state = await readBranchState(repository, branch, target);
      if (state.kind === 'impossible') return state;
      if (state.isSame) {
        return createNothingToDo(`${branch} has the content of ${shortRevision(target)}`);
      }
      const newer = describeNewerCommits(state);
      const { startsNoWorkflow } = await repository.getLimits(branch);
      return {
        kind: 'ready',
        step: `opens a pull request that restores the content of ${shortRevision(target)} in ${branch}`,
        warnings: [
          `${branch} does not change until the pull request is merged.`,
          ...(newer === '' ? [] : [`The pull request also undoes ${newer}.`]),
          ...(startsNoWorkflow ? [SETTING] : []),
        ],
      };
    },
    apply: async (target, repository, ports) => {
      const state = await readBranchState(repository, branch, target);
      if (state.kind === 'impossible') throw toError(state);
      const revision = shortRevision(target);
      if (state.isSame) return { done: `${branch} has the content of ${revision}` };
      const head = `deploy-rollback/${target.rollbackId}-${revision}`;
      await createHead(repository, head, target, state);
      const { number } = await openPullRequest(await ports.github(), {
        title: `Roll back to ${revision}`,
        body: createBody(target),
        head,
        base: branch,
      });
      return { done: `pull request #${number} restores the content of ${revision} in ${branch}` };
    },
  };
}

/** Creates the branch of the pull request, unless it was created before a kill. */
async function createHead(
  repository: GitRepository,
  head: string,
  target: Target,
  { tree, tip }: BranchState,
): Promise<void> {
  const ref = `refs/heads/${head}`;
  if ((await repository.getTip(ref)) !== undefined) return;
  const message = createCommitMessage(target);
  const commit = await repository.createCommit({ message, tree, parent: tip.commit });
  await repository.createRef(ref, commit);
}

function createBody({ revision, badRelease }: Target): string {
  return md`The deployment of ${code(badRelease)} failed. This pull request restores the content of ${code(revision)} with one commit and keeps the history. Until it is merged, the next push deploys the bad content again.`
    .markdown;
}
