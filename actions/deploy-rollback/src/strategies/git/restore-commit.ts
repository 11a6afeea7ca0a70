import type { Identity, Target } from '../strategy.ts';
import { branchState, impossible, newerCommits } from './branch-state.ts';
import type { Hosting } from './hosting.ts';
import { withLimits } from './token-limits.ts';
import { rollbackMessage } from './trailers.ts';
import { nothing, refusal, short, type Way } from './way.ts';

/** How often it is looked again when somebody else writes at the same time. */
const MOST_TRIES = 3;

/**
 * One commit on top of the branch whose content is that of the good release. Nothing is forced and
 * nothing is lost, and it works where `git revert` does not: over merges, and over many commits.
 *
 * @param undoNewer whether commits after the failing one may be undone as well
 */
export function restoreCommit(branch: string, undoNewer: boolean): Way {
  const survey = async (target: Target, hosting: Hosting) => {
    const state = await branchState(hosting, branch, target);
    if (state.kind === 'impossible' || state.isSame || undoNewer) return state;
    const newer = newerCommits(state);
    if (newer === '') return state;
    return impossible(
      `${branch} has gone on since ${target.badRelease.slice(0, 7)}, and what came after would be undone: ${newer}`,
      'Deploy what is newer, use mode: pull-request so that somebody decides, or set undo-newer: true.',
    );
  };

  return {
    title: `restore-commit ${branch}`,
    preflight: async (target, hosting) => {
      const state = await survey(target, hosting);
      if (state.kind === 'impossible') return state;
      if (state.isSame) return nothing(`${branch} has the content of ${short(target)}`);
      const newer = newerCommits(state);
      return withLimits(
        `puts a commit with the content of ${short(target)} on top of ${branch} (${hosting.title})`,
        branch,
        await hosting.limits(branch),
        { isForced: false, warnings: newer === '' ? [] : [`It undoes ${newer} as well.`] },
      );
    },
    apply: async (target, hosting) => {
      for (let tries = 1; tries <= MOST_TRIES; tries++) {
        const state = await survey(target, hosting);
        if (state.kind === 'impossible') throw refusal(state);
        if (state.isSame) return { done: `${branch} has the content of ${short(target)}` };
        const { tree, tip } = state;
        const message = rollbackMessage(target);
        const made = await hosting.commit({ message, tree, parent: tip.commit });
        if (await hosting.forward(`refs/heads/${branch}`, made)) {
          return {
            done: `${branch} is ${made.slice(0, 7)} now, a commit with the content of ${short(target)}`,
          };
        }
      }
      throw refusal({
        problem: `others write to ${branch} all the time`,
        remedy: 'Try again when it is quiet.',
      });
    },
    identify: (target, hosting) => contentOf(hosting, branch, target),
  };
}

/** Whether a branch has the content of the release. */
async function contentOf(hosting: Hosting, branch: string, target: Target): Promise<Identity> {
  const tip = await hosting.tip(`refs/heads/${branch}`);
  const expected = await hosting.tree(target.revision);
  const found = tip && (await hosting.tree(tip.commit));
  if (expected === undefined) {
    return { kind: 'unknown', why: `the repository does not have ${target.revision}` };
  }
  return found === expected
    ? { kind: 'same', found: `${branch} has the content of ${short(target)}` }
    : {
        kind: 'other',
        found: `${branch} at ${tip?.commit ?? 'nothing'}`,
        expected: `the content of ${target.revision}`,
      };
}
