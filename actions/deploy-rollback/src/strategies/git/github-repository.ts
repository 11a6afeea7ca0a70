import { branchLimits } from '@repo/github/branches/branch-limits';
import { compare } from '@repo/github/branches/compare';
import { createCommit, readCommit } from '@repo/github/git/commits';
import { peel } from '@repo/github/git/notes';
import { createRef, forwardRef, readRef } from '@repo/github/git/refs';
import { replaceRef } from '@repo/github/git/replace-ref';
import type { GitHub } from '@repo/github/github';
import { GitHubError } from '@repo/github/github-error';
import type { GitRepository } from './git-repository.ts';

/** The repository of the workflow, with GitHub's API and without a checkout. */
export function createGithubRepository(github: GitHub): GitRepository {
  const { owner, repo } = github.repository;
  const isAt = async (ref: string, commit: string) => (await readRef(github, ref))?.sha === commit;

  /** Whether a failed update took effect. Throws unless another push moved the ref. */
  const checkUpdate = async (
    ref: string,
    from: string | undefined,
    to: string,
    error: unknown,
  ): Promise<boolean> => {
    if (!(error instanceof GitHubError) || error.status === 403) throw error;
    if (await isAt(ref, to)) return true;
    const isUnchanged = from !== undefined && (await isAt(ref, from));
    if (isUnchanged || (from === undefined && !/fast.?forward/i.test(error.message))) throw error;
    return false;
  };

  return {
    title: `${owner}/${repo}`,
    getTip: async (ref) => {
      const found = await readRef(github, ref);
      return found && { object: found.sha, commit: await peel(github, found) };
    },
    getTree: async (commit) => (await readCommit(github, commit))?.tree,
    listCommits: async (base, tip) => {
      const { relation, commits } = await compare(github, base, tip);
      return relation === 'ahead' || relation === 'identical' ? commits : undefined;
    },
    createCommit: async ({ message, tree, parent }) =>
      (await createCommit(github, { message, tree, parents: [parent] })).sha,
    fastForward: async (ref, commit) => {
      try {
        await forwardRef(github, ref, commit);
        return true;
      } catch (error) {
        return checkUpdate(ref, undefined, commit, error);
      }
    },
    replaceRef: async (ref, { from, to }) => {
      try {
        await replaceRef(github, ref, { from, to });
        return true;
      } catch (error) {
        return checkUpdate(ref, from, to, error);
      }
    },
    createRef: (ref, commit) => createRef(github, ref, commit),
    getLimits: async (branch) => {
      const { forUpdate, forForce, isWorkflowToken } = await branchLimits(github, branch);
      return {
        forUpdate,
        forForce,
        mayBypass: !isWorkflowToken,
        startsNoWorkflow: isWorkflowToken,
      };
    },
  };
}
