import type { Identity, Target } from '../strategy.ts';
import { createImpossible, describeNewerCommits, readBranchState } from './branch-state.ts';
import { createNothingToDo, type GitMode, shortRevision, toError } from './git-mode.ts';
import type { GitRepository } from './git-repository.ts';
import { checkLimits } from './token-limits.ts';
import { createCommitMessage } from './trailers.ts';

/** Other pushes at the same time may require another attempt. */
const MAX_TRIES = 3;

/**
 * Adds one commit with the content of the good release to the branch. Unlike `git revert`, this works
 * across merges and many commits.
 *
 * @param undoNewer whether commits after the bad release may be undone as well
 */
export function createRestoreCommitMode(branch: string, undoNewer: boolean): GitMode {
  const readState = async (target: Target, repository: GitRepository) => {
    const state = await readBranchState(repository, branch, target);
    if (state.kind === 'impossible' || state.isSame || undoNewer) return state;
    const newer = describeNewerCommits(state);
    if (newer === '') return state;
    return createImpossible(
      `${branch} has newer commits than ${target.badRelease.slice(0, 7)} that would be undone: ${newer}`,
      'Deploy the newer commits, use mode: pull-request, or set undo-newer: true.',
    );
  };

  return {
    title: `restore-commit ${branch}`,
    preflight: async (target, repository) => {
      const state = await readState(target, repository);
      if (state.kind === 'impossible') return state;
      const revision = shortRevision(target);
      if (state.isSame) return createNothingToDo(`${branch} has the content of ${revision}`);
      const newer = describeNewerCommits(state);
      return checkLimits(
        `adds a commit with the content of ${revision} to ${branch} (${repository.title})`,
        branch,
        await repository.getLimits(branch),
        { isForced: false, warnings: newer === '' ? [] : [`This also undoes ${newer}.`] },
      );
    },
    apply: async (target, repository) => {
      const revision = shortRevision(target);
      for (let tries = 1; tries <= MAX_TRIES; tries++) {
        const state = await readState(target, repository);
        if (state.kind === 'impossible') throw toError(state);
        if (state.isSame) return { done: `${branch} has the content of ${revision}` };
        const { tree, tip } = state;
        const message = createCommitMessage(target);
        const commit = await repository.createCommit({ message, tree, parent: tip.commit });
        if (await repository.fastForward(`refs/heads/${branch}`, commit)) {
          return {
            done: `${branch} is now ${commit.slice(0, 7)}, a commit with the content of ${revision}`,
          };
        }
      }
      throw toError({
        problem: `${branch} was updated by other pushes ${MAX_TRIES} times during the rollback`,
        remedy: 'Run the rollback again later.',
      });
    },
    identify: (target, repository) => identifyContent(repository, branch, target),
  };
}

/** Compares the content of the branch with the release. */
async function identifyContent(
  repository: GitRepository,
  branch: string,
  target: Target,
): Promise<Identity> {
  const tip = await repository.getTip(`refs/heads/${branch}`);
  const expected = await repository.getTree(target.revision);
  const found = tip && (await repository.getTree(tip.commit));
  if (expected === undefined) {
    return { kind: 'unknown', reason: `the repository does not contain ${target.revision}` };
  }
  return found === expected
    ? { kind: 'same', found: `${branch} has the content of ${shortRevision(target)}` }
    : {
        kind: 'other',
        found: `${branch} at ${tip?.commit ?? 'nothing'}`,
        expected: `the content of ${target.revision}`,
      };
}
