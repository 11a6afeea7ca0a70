import { ActionError } from '@repo/core/errors/action-error';
import { createGit, type GitResult } from '@repo/git/git';
import type { Ports } from '../strategy.ts';
import type { CommitInfo, GitRepository } from './git-repository.ts';

const MAX_COMMITS = 200;

const REJECTED = /\[(?:rejected|remote rejected)\]/;
/** Rejected because of another push, not by a hook or a rule. */
const OUTDATED =
  /\((?:fetch first|non-fast-forward|stale info|already exists|failed to update ref|cannot lock ref[^)]*|incorrect old value provided)\)/;

/**
 * A remote, with the git command in the checkout of the workspace and its credentials. The files of the
 * checkout do not change, and its hooks do not run.
 */
export function createRemoteRepository(
  remote: string,
  { exec, signal, workspace }: Pick<Ports, 'exec' | 'signal' | 'workspace'>,
): GitRepository {
  const git = createGit({ cwd: workspace, exec, signal });
  const execute = async (args: readonly string[], stdin = ''): Promise<GitResult> => {
    const result = await git.execute(args, { stdin });
    signal.throwIfAborted();
    return result;
  };
  const run = async (args: readonly string[], stdin = ''): Promise<string> => {
    const result = await execute(args, stdin);
    if (result.ok) return result.stdout;
    throw createFailed(args, result, remote);
  };

  const getTip = async (ref: string) => {
    const lines = (await run(['ls-remote', '--', remote, ref, `${ref}^{}`])).split('\n');
    const shas = new Map(lines.map((line) => line.split('\t').reverse() as [string, string]));
    const object = shas.get(ref);
    return object === undefined ? undefined : { object, commit: shas.get(`${ref}^{}`) ?? object };
  };

  /** Fetches a commit with its whole history, unless the checkout has it. */
  const ensureCommit = async (commit: string): Promise<boolean> => {
    const isShallow = (await run(['rev-parse', '--is-shallow-repository'])) === 'true';
    const exists = async () =>
      (await git.query(['cat-file', '-e', `${commit}^{commit}`])) !== undefined;
    if (!isShallow && (await exists())) return true;
    await git.query([
      ...['fetch', '--quiet', '--no-tags', '--no-write-fetch-head'],
      ...(isShallow ? ['--unshallow'] : []),
      ...['--', remote, commit],
    ]);
    return exists();
  };

  /** @returns false if another push updated the ref before */
  const push = async (options: readonly string[], refspec: string): Promise<boolean> => {
    const args = ['push', '--porcelain', ...options, '--', remote, refspec];
    const result = await execute(args);
    if (result.ok) return true;
    const output = `${result.stdout}\n${result.stderr}`;
    if (REJECTED.test(output) && OUTDATED.test(output)) return false;
    throw createFailed(args, result, remote);
  };

  return {
    title: remote,
    getTip,
    getTree: async (commit) =>
      (await ensureCommit(commit)) ? run(['rev-parse', '--verify', `${commit}^{tree}`]) : undefined,
    listCommits: async (base, last) => {
      if (!(await ensureCommit(last)) || !(await ensureCommit(base))) return undefined;
      const isAncestor = await git.query(['merge-base', '--is-ancestor', base, last]);
      if (isAncestor === undefined) return undefined;
      const args = ['log', '--reverse', '-z', '--format=%H%n%B', last, `^${base}`];
      const commits = (await run(args)).split('\0').filter((text) => text !== '');
      return commits.length > MAX_COMMITS ? undefined : commits.map(toCommitInfo);
    },
    createCommit: async ({ message, tree, parent }) =>
      run(['commit-tree', tree, '-p', parent, '-F', '-'], message),
    fastForward: (ref, commit) => push([], `${commit}:${ref}`),
    replaceRef: (ref, { from, to }) => push([`--force-with-lease=${ref}:${from}`], `${to}:${ref}`),
    createRef: (ref, commit) => push([`--force-with-lease=${ref}:`], `${commit}:${ref}`),
    getLimits: async (branch) => {
      const ref = `refs/heads/${branch}`;
      const tip = await getTip(ref);
      // Checks the write access. Rules and hooks are only evaluated by the real push.
      if (tip !== undefined && (await ensureCommit(tip.commit))) {
        await run(['push', '--quiet', '--dry-run', '--', remote, `${tip.commit}:${ref}`]);
      }
      return { forUpdate: [], forForce: [], mayBypass: true, startsNoWorkflow: false };
    },
  };
}

function toCommitInfo(text: string): CommitInfo {
  const [sha = '', ...message] = text.replace(/^\n/, '').split('\n');
  return { sha, message: message.join('\n') };
}

function createFailed(args: readonly string[], result: GitResult, remote: string): ActionError {
  // The message of a hook is at the start.
  const output = `${result.problem}\n${result.stdout}`.replace(/^To .*$/gm, '').trim();
  return new ActionError(`git ${args[0]} failed`, {
    remedy: REJECTED.test(output)
      ? `A rule or a hook of ${remote} rejects the push. Use credentials that may push, or mode: pull-request.`
      : `Check that the workspace is a checkout, that ${remote} is reachable, and that persist-credentials is on.`,
    cause: new Error(output),
  });
}
