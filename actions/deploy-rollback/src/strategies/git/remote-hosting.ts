import { ActionError } from '@repo/core/errors/action-error';
import { createGit, type GitResult } from '@repo/git/git';
import type { Ports } from '../strategy.ts';
import type { Hosting, Past } from './hosting.ts';

const MOST_COMMITS = 200;

const REFUSED = /\[(?:rejected|remote rejected)\]/;
/** Somebody was faster; a hook or a rule says something else. */
const OUTRUN =
  /\((?:fetch first|non-fast-forward|stale info|already exists|failed to update ref|cannot lock ref[^)]*|incorrect old value provided)\)/;

/**
 * A remote, by the git program in the checkout of the workspace and with the credentials that it
 * has. No file of the checkout changes, and no hook of it runs.
 */
export function remoteHosting(
  remote: string,
  { exec, signal, workspace }: Pick<Ports, 'exec' | 'signal' | 'workspace'>,
): Hosting {
  const runner = createGit({ cwd: workspace, exec, signal });
  const call = async (args: readonly string[], stdin = ''): Promise<GitResult> => {
    const result = await runner.execute(args, { stdin });
    signal.throwIfAborted();
    return result;
  };
  const git = async (args: readonly string[], stdin = ''): Promise<string> => {
    const result = await call(args, stdin);
    if (result.ok) return result.stdout;
    throw failed(args, result, remote);
  };

  const tip = async (ref: string) => {
    const lines = (await git(['ls-remote', '--', remote, ref, `${ref}^{}`])).split('\n');
    const shas = new Map(lines.map((line) => line.split('\t').reverse() as [string, string]));
    const object = shas.get(ref);
    return object === undefined ? undefined : { object, commit: shas.get(`${ref}^{}`) ?? object };
  };

  /** Fetched with all of its history, unless it is here already. */
  const has = async (commit: string): Promise<boolean> => {
    const isShallow = (await git(['rev-parse', '--is-shallow-repository'])) === 'true';
    const isHere = async () =>
      (await runner.query(['cat-file', '-e', `${commit}^{commit}`])) !== undefined;
    if (!isShallow && (await isHere())) return true;
    await runner.query([
      ...['fetch', '--quiet', '--no-tags', '--no-write-fetch-head'],
      ...(isShallow ? ['--unshallow'] : []),
      ...['--', remote, commit],
    ]);
    return isHere();
  };

  /** @returns false where somebody was faster */
  const push = async (options: readonly string[], refspec: string): Promise<boolean> => {
    const args = ['push', '--porcelain', ...options, '--', remote, refspec];
    const result = await call(args);
    if (result.ok) return true;
    const said = `${result.stdout}\n${result.stderr}`;
    if (REFUSED.test(said) && OUTRUN.test(said)) return false;
    throw failed(args, result, remote);
  };

  return {
    title: remote,
    tip,
    tree: async (commit) =>
      (await has(commit)) ? git(['rev-parse', '--verify', `${commit}^{tree}`]) : undefined,
    since: async (base, last) => {
      if (!(await has(last)) || !(await has(base))) return undefined;
      const isAncestor = await runner.query(['merge-base', '--is-ancestor', base, last]);
      if (isAncestor === undefined) return undefined;
      const args = ['log', '--reverse', '-z', '--format=%H%n%B', last, `^${base}`];
      const commits = (await git(args)).split('\0').filter((text) => text !== '');
      return commits.length > MOST_COMMITS ? undefined : commits.map(pastOf);
    },
    commit: async ({ message, tree, parent }) => {
      return git(['commit-tree', tree, '-p', parent, '-F', '-'], message);
    },
    forward: (ref, commit) => push([], `${commit}:${ref}`),
    replace: (ref, { from, to }) => push([`--force-with-lease=${ref}:${from}`], `${to}:${ref}`),
    create: (ref, commit) => push([`--force-with-lease=${ref}:`], `${commit}:${ref}`),
    limits: async (branch) => {
      const ref = `refs/heads/${branch}`;
      const at = await tip(ref);
      // Whether we may write there at all; rules and hooks have their say only when it is meant.
      if (at !== undefined && (await has(at.commit))) {
        await git(['push', '--quiet', '--dry-run', '--', remote, `${at.commit}:${ref}`]);
      }
      return { forUpdate: [], forForce: [], mayBypass: true, startsNothing: false };
    },
  };
}

function pastOf(text: string): Past {
  const [sha = '', ...message] = text.replace(/^\n/, '').split('\n');
  return { sha, message: message.join('\n') };
}

function failed(args: readonly string[], result: GitResult, remote: string): ActionError {
  // The message of a hook comes first, and is the reason.
  const said = `${result.problem}\n${result.stdout}`.replace(/^To .*$/gm, '').trim();
  const isRefused = REFUSED.test(said);
  return new ActionError(`git ${args[0]} failed`, {
    remedy: isRefused
      ? `${remote} does not take this push: its rules or a hook say why. Push as somebody who may, or use mode: pull-request.`
      : `Check that the workspace is a checkout, that ${remote} can be reached from it, and that its credentials are kept (persist-credentials).`,
    cause: new Error(said),
  });
}
