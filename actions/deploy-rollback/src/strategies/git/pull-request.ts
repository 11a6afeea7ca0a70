import { code, md } from '@repo/core/summary/markdown';
import { openPullRequest } from '@repo/github/pulls/open-pull';
import type { Target } from '../strategy.ts';
import { type BranchState, branchState, newerCommits } from './branch-state.ts';
import type { Hosting } from './hosting.ts';
import { rollbackMessage } from './trailers.ts';
import { nothing, refusal, short, type Way } from './way.ts';

const SETTING =
  'GITHUB_TOKEN opens pull requests only where the settings of the repository allow it ("Allow GitHub Actions to create and approve pull requests"), and no checks start on them by themselves.';

/**
 * Proposes the commit that `restore-commit` would push, for branches that nobody may push to. It
 * changes nothing until somebody merges it: what is deployed has to be brought back otherwise, and
 * of the branch there is nothing to be identified.
 */
export function pullRequest(branch: string): Way {
  return {
    title: `pull-request ${branch}`,
    preflight: async (target, hosting) => {
      const state = await branchState(hosting, branch, target);
      if (state.kind === 'impossible') return state;
      if (state.isSame) return nothing(`${branch} has the content of ${short(target)}`);
      const newer = newerCommits(state);
      const { startsNothing } = await hosting.limits(branch);
      return {
        kind: 'ready',
        step: `opens a pull request that brings the content of ${short(target)} back to ${branch}`,
        warnings: [
          `${branch} stays as it is until somebody merges it.`,
          ...(newer === '' ? [] : [`Merging it undoes ${newer} as well.`]),
          ...(startsNothing ? [SETTING] : []),
        ],
      };
    },
    apply: async (target, hosting, ports) => {
      const state = await branchState(hosting, branch, target);
      if (state.kind === 'impossible') throw refusal(state);
      if (state.isSame) return { done: `${branch} has the content of ${short(target)}` };
      const head = `deploy-rollback/${target.rollbackId}-${short(target)}`;
      await propose(hosting, head, target, state);
      const { number } = await openPullRequest(await ports.github(), {
        title: `Roll back to ${short(target)}`,
        body: bodyOf(target),
        head,
        base: branch,
      });
      return { done: `#${number} proposes the content of ${short(target)} for ${branch}` };
    },
  };
}

/** Makes the branch that is proposed; one that is there already was made before a kill. */
async function propose(
  hosting: Hosting,
  head: string,
  target: Target,
  { tree, tip }: BranchState,
): Promise<void> {
  const ref = `refs/heads/${head}`;
  if ((await hosting.tip(ref)) !== undefined) return;
  const message = rollbackMessage(target);
  await hosting.create(ref, await hosting.commit({ message, tree, parent: tip.commit }));
}

function bodyOf({ revision, badRelease }: Target): string {
  return md`${code(badRelease)} failed in deployment. This brings the content of ${code(revision)} back, as one commit: nothing of the history is lost. Without it, the next push deploys the failing content again.`
    .markdown;
}
