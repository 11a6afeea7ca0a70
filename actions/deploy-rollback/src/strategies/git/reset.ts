import type { Target } from '../strategy.ts';
import { createImpossible, describeNewerCommits, readBranchState } from './branch-state.ts';
import {
  createNothingToDo,
  type GitMode,
  identifyRef,
  shortRevision,
  toError,
} from './git-mode.ts';
import type { GitRepository } from './git-repository.ts';
import { checkLimits } from './token-limits.ts';

/** Resets the branch to the release, only from the expected commit, so no newer commit is lost. */
export function createResetMode(branch: string): GitMode {
  const ref = `refs/heads/${branch}`;

  const readState = async (target: Target, repository: GitRepository) => {
    const state = await readBranchState(repository, branch, target);
    if (state.kind === 'impossible' || state.tip.commit === target.revision) return state;
    const newer = describeNewerCommits(state);
    if (newer !== '') {
      return createImpossible(
        `${branch} has newer commits than ${target.badRelease.slice(0, 7)} that would be lost: ${newer}`,
        'Deploy the newer commits, or use mode: restore-commit or pull-request.',
      );
    }
    return (await repository.listCommits(target.revision, state.tip.commit)) === undefined
      ? createImpossible(
          `${branch} does not contain ${target.revision}`,
          'Roll back to a commit in its history.',
        )
      : state;
  };

  return {
    title: `reset ${branch}`,
    preflight: async (target, repository) => {
      const state = await readState(target, repository);
      if (state.kind === 'impossible') return state;
      if (state.tip.commit === target.revision) {
        return createNothingToDo(`${branch} is at ${shortRevision(target)}`);
      }
      return checkLimits(
        `resets ${branch} to ${shortRevision(target)} (${repository.title})`,
        branch,
        await repository.getLimits(branch),
        { isForced: true, warnings: ['This rewrites the history of the branch.'] },
      );
    },
    apply: async (target, repository) => {
      const state = await readState(target, repository);
      if (state.kind === 'impossible') throw toError(state);
      const { commit, object } = state.tip;
      const to = target.revision;
      if (commit !== to && !(await repository.replaceRef(ref, { from: object, to }))) {
        throw toError({
          problem: `${branch} was updated by another push during the rollback`,
          remedy: 'Check the new commits, then run the rollback again.',
        });
      }
      return { done: `${branch} is at ${shortRevision(target)}` };
    },
    identify: async (target, repository) =>
      identifyRef(branch, (await repository.getTip(ref))?.commit, target),
  };
}
