import type { Target } from '../strategy.ts';
import { branchState, impossible, newerCommits } from './branch-state.ts';
import type { Hosting } from './hosting.ts';
import { withLimits } from './token-limits.ts';
import { nothing, pointsTo, refusal, short, type Way } from './way.ts';

/**
 * Sets the branch itself back: history is rewritten, and who has it checked out has to follow. Only
 * from where it was seen, so that nothing that came in between is lost.
 */
export function reset(branch: string): Way {
  const ref = `refs/heads/${branch}`;

  const survey = async (target: Target, hosting: Hosting) => {
    const state = await branchState(hosting, branch, target);
    if (state.kind === 'impossible' || state.tip.commit === target.revision) return state;
    const newer = newerCommits(state);
    if (newer !== '') {
      return impossible(
        `${branch} has gone on since ${target.badRelease.slice(0, 7)}, and what came after would be lost: ${newer}`,
        'Deploy what is newer, or use mode: restore-commit or pull-request.',
      );
    }
    return (await hosting.since(target.revision, state.tip.commit)) === undefined
      ? impossible(
          `${target.revision} is not part of ${branch} (any more)`,
          'Roll back to a commit in its history.',
        )
      : state;
  };

  return {
    title: `reset ${branch}`,
    preflight: async (target, hosting) => {
      const state = await survey(target, hosting);
      if (state.kind === 'impossible') return state;
      if (state.tip.commit === target.revision) return nothing(`${branch} is ${short(target)}`);
      return withLimits(
        `sets ${branch} back to ${short(target)} (${hosting.title})`,
        branch,
        await hosting.limits(branch),
        { isForced: true, warnings: ['It rewrites the history of the branch.'] },
      );
    },
    apply: async (target, hosting) => {
      const state = await survey(target, hosting);
      if (state.kind === 'impossible') throw refusal(state);
      const { commit, object } = state.tip;
      const to = target.revision;
      if (commit !== to && !(await hosting.replace(ref, { from: object, to }))) {
        throw refusal({
          problem: `somebody has pushed to ${branch} just now`,
          remedy: 'See what came, then try again.',
        });
      }
      return { done: `${branch} is ${short(target)} again` };
    },
    identify: async (target, hosting) => pointsTo(branch, (await hosting.tip(ref))?.commit, target),
  };
}
