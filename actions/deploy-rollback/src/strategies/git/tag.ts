import type { ImpossiblePreflight, Target } from '../strategy.ts';
import { createImpossible, createMissingCommit } from './branch-state.ts';
import {
  createNothingToDo,
  type GitMode,
  identifyRef,
  shortRevision,
  toError,
} from './git-mode.ts';
import type { GitRepository, RefTip } from './git-repository.ts';

interface TagState {
  readonly kind: 'found';
  /** `undefined` if the tag does not exist. */
  readonly tip: RefTip | undefined;
}

/** Moves the tag of the deployed release to the good release, or creates it. */
export function createTagMode(name: string): GitMode {
  const ref = `refs/tags/${name}`;

  const readState = async (
    { revision, badRelease }: Target,
    repository: GitRepository,
  ): Promise<TagState | ImpossiblePreflight> => {
    if ((await repository.getTree(revision)) === undefined) return createMissingCommit(revision);
    const tip = await repository.getTip(ref);
    const isExpected =
      tip === undefined ||
      tip.commit === revision ||
      (await repository.listCommits(tip.commit, badRelease)) !== undefined;
    return isExpected
      ? { kind: 'found', tip }
      : createImpossible(
          `the tag ${name} is at ${tip.commit.slice(0, 7)}, which is not an ancestor of ${badRelease.slice(0, 7)}`,
          'Deploy the newer commit, or set tag to the tag of the deployed release.',
        );
  };

  return {
    title: `tag ${name}`,
    preflight: async (target, repository) => {
      const state = await readState(target, repository);
      if (state.kind === 'impossible') return state;
      if (state.tip?.commit === target.revision) {
        return createNothingToDo(`the tag ${name} is at ${shortRevision(target)}`);
      }
      const step = `moves the tag ${name} to ${shortRevision(target)} (${repository.title})`;
      return { kind: 'ready', step, warnings: [] };
    },
    apply: async (target, repository) => {
      const state = await readState(target, repository);
      if (state.kind === 'impossible') throw toError(state);
      const to = target.revision;
      const { tip } = state;
      const isDone =
        tip === undefined
          ? await repository.createRef(ref, to)
          : tip.commit === to || (await repository.replaceRef(ref, { from: tip.object, to }));
      if (!isDone) {
        throw toError({
          problem: `the tag ${name} was moved by another push during the rollback`,
          remedy: 'Check the tag, then run the rollback again.',
        });
      }
      return { done: `the tag ${name} is at ${shortRevision(target)}` };
    },
    identify: async (target, repository) =>
      identifyRef(`the tag ${name}`, (await repository.getTip(ref))?.commit, target),
  };
}
