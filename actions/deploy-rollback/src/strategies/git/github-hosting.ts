import { branchLimits } from '@repo/github/branches/branch-limits';
import { compare } from '@repo/github/branches/compare';
import { createCommit, readCommit } from '@repo/github/git/commits';
import { peel } from '@repo/github/git/notes';
import { createRef, forwardRef, readRef } from '@repo/github/git/refs';
import { replaceRef } from '@repo/github/git/replace-ref';
import type { GitHub } from '@repo/github/github';
import { GitHubError } from '@repo/github/github-error';
import type { Hosting } from './hosting.ts';

/** The repository of the workflow, by GitHub's API: no checkout is needed. */
export function githubHosting(github: GitHub): Hosting {
  const { owner, repo } = github.repository;
  const isAt = async (ref: string, commit: string) => (await readRef(github, ref))?.sha === commit;

  /** Somebody was faster, if the ref has moved from where it was; else it is really refused. */
  const moved = async (ref: string, from: string | undefined, to: string, error: unknown) => {
    if (!(error instanceof GitHubError) || error.status === 403) throw error;
    if (await isAt(ref, to)) return true;
    const isSame = from !== undefined && (await isAt(ref, from));
    if (isSame || (from === undefined && !/fast.?forward/i.test(error.message))) throw error;
    return false;
  };

  return {
    title: `${owner}/${repo}`,
    tip: async (ref) => {
      const found = await readRef(github, ref);
      return found && { object: found.sha, commit: await peel(github, found) };
    },
    tree: async (commit) => (await readCommit(github, commit))?.tree,
    since: async (base, tip) => {
      const { relation, commits } = await compare(github, base, tip);
      return relation === 'ahead' || relation === 'identical' ? commits : undefined;
    },
    commit: async ({ message, tree, parent }) =>
      (await createCommit(github, { message, tree, parents: [parent] })).sha,
    forward: async (ref, commit) => {
      try {
        await forwardRef(github, ref, commit);
        return true;
      } catch (error) {
        return moved(ref, undefined, commit, error);
      }
    },
    replace: async (ref, { from, to }) => {
      try {
        await replaceRef(github, ref, { from, to });
        return true;
      } catch (error) {
        return moved(ref, from, to, error);
      }
    },
    create: (ref, commit) => createRef(github, ref, commit),
    limits: async (branch) => {
      const { forUpdate, forForce, isWorkflowToken } = await branchLimits(github, branch);
      return { forUpdate, forForce, mayBypass: !isWorkflowToken, startsNothing: isWorkflowToken };
    },
  };
}
