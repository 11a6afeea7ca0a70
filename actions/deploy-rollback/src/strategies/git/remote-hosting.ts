import { ActionError } from '@repo/core/errors/action-error';
import { isActionVariable } from '@repo/core/process/action-variables';
import type { Execution } from '@repo/core/process/exec';
import type { Ports } from '../strategy.ts';
import type { Hosting, Past } from './hosting.ts';

/** One git command, ms. */
const TIMEOUT_MS = 120_000;
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_COMMITS = 200;

/** GitHub shows this as the bot of its workflows. */
const IDENTITY = {
  GIT_AUTHOR_NAME: 'github-actions[bot]',
  GIT_AUTHOR_EMAIL: '41898282+github-actions[bot]@users.noreply.github.com',
  GIT_COMMITTER_NAME: 'github-actions[bot]',
  GIT_COMMITTER_EMAIL: '41898282+github-actions[bot]@users.noreply.github.com',
};

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
  const call = async (args: readonly string[], stdin = ''): Promise<Execution> => {
    const result = await exec({
      argv: ['git', '-c', 'core.hooksPath=/dev/null', '-c', 'gc.auto=0', ...args],
      cwd: workspace,
      env: { ...IDENTITY, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
      withhold: isActionVariable,
      stdin,
      timeoutMs: TIMEOUT_MS,
      signal,
      maxBytes: MOST_BYTES,
    });
    signal.throwIfAborted();
    return result;
  };
  const git = async (args: readonly string[], stdin = ''): Promise<string> => {
    const result = await call(args, stdin);
    if (isGood(result)) return result.stdout.trimEnd();
    throw failed(args, result, remote);
  };
  const ask = async (args: readonly string[]): Promise<string | undefined> => {
    const result = await call(args);
    return isGood(result) ? result.stdout.trimEnd() : undefined;
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
    const isHere = async () => (await ask(['cat-file', '-e', `${commit}^{commit}`])) !== undefined;
    if (!isShallow && (await isHere())) return true;
    await ask([
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
    if (isGood(result)) return true;
    const said = result.state === 'exited' ? `${result.stdout}\n${result.stderr}` : '';
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
      const isAncestor = await ask(['merge-base', '--is-ancestor', base, last]);
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

function isGood(result: Execution): result is Execution & { state: 'exited' } {
  return result.state === 'exited' && result.exitCode === 0;
}

function failed(args: readonly string[], result: Execution, remote: string): ActionError {
  const said =
    result.state === 'exited'
      ? // What a hook says comes first, and is the reason.
        `${result.stderr}\n${result.stdout}`.replace(/^To .*$/gm, '').trim()
      : result.state === 'not-started'
        ? result.reason
        : result.state;
  const isRefused = REFUSED.test(said);
  return new ActionError(`git ${args[0]} failed`, {
    remedy: isRefused
      ? `${remote} does not take this push: its rules or a hook say why. Push as somebody who may, or use mode: pull-request.`
      : `Check that the workspace is a checkout, that ${remote} can be reached from it, and that its credentials are kept (persist-credentials).`,
    cause: new Error(said || 'it says nothing'),
  });
}
