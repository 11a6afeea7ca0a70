import { realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { backoffMs } from '@repo/core/process/backoff';
import type { Clock } from '@repo/core/process/clock';
import type { Exec } from '@repo/core/process/exec';
import { plain } from '@repo/core/text/untrusted';
import { createGit, type GitResult } from '@repo/git/git';

/** Where and what is committed. */
export interface CommitWish {
  /** The folder of the repository. */
  readonly workspace: string;
  /** Absolute paths; those that do not exist are left out. */
  readonly paths: readonly string[];
  readonly message: string;
  readonly exec: Exec;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /**
   * Makes the changes anew, on what somebody else has pushed in the meantime; whether there are any.
   */
  readonly again: () => Promise<boolean>;
}

export type Committed =
  | { readonly kind: 'pushed'; readonly sha: string }
  | { readonly kind: 'nothing' };

const MOST_TRIES = 6;
const RETRY = { baseMs: 500 };

/**
 * One commit with the paths alone, pushed. When somebody else was faster, the changes are made anew
 * on theirs; nothing is ever forced. Throws an ActionError when it does not get through.
 */
export async function commitAndPush(wish: CommitWish): Promise<Committed> {
  const git = gitIn(wish);
  const branch = (await git('symbolic-ref', '--short', 'HEAD')).stdout;
  if (branch === '') {
    throw new ActionError('cannot commit: no branch is checked out', {
      remedy: 'Check out a branch: actions/checkout with ref: ${{ github.ref }}.',
    });
  }
  let made: { readonly base: string; readonly sha: string } | undefined;
  for (let tries = 1; ; tries++) {
    made ??= await commit(git, wish);
    if (made === undefined) return { kind: 'nothing' };
    const pushed = await git('push', 'origin', `HEAD:refs/heads/${branch}`);
    if (pushed.ok) return { kind: 'pushed', sha: made.sha };
    const isRace = /\[rejected\]|non-fast-forward|fetch first|cannot lock ref/.test(pushed.problem);
    if (!isRace || tries === MOST_TRIES) throw refused(pushed.problem);
    await wish.clock.sleep(Math.random() * backoffMs(tries, RETRY), wish.signal);
    await must(git('fetch', 'origin', `refs/heads/${branch}`), 'fetch what was pushed');
    if (await isKeptOnTheirs(git, made.base)) continue;
    made = undefined;
    if (!(await wish.again())) return { kind: 'nothing' };
  }
}

/**
 * Puts our branch on theirs. False: with our commit undone, to be made anew on their list. True: it
 * is rebased, along with commits of an earlier step, which are not ours to undo.
 */
async function isKeptOnTheirs(git: Git, base: string): Promise<boolean> {
  if ((await git('merge-base', '--is-ancestor', base, 'FETCH_HEAD')).ok) {
    await must(git('reset', '--keep', 'FETCH_HEAD'), 'move on to what was pushed');
    return false;
  }
  const rebased = await git('rebase', 'FETCH_HEAD');
  if (rebased.ok) return true;
  await git('rebase', '--abort');
  throw refused(rebased.problem);
}

async function commit(git: Git, { paths, workspace, message }: CommitWish) {
  const present: string[] = [];
  const root = await realpath(workspace);
  for (const path of paths) {
    // Where a link leads is what was written.
    const real = await realpath(path).catch(() => undefined);
    const name = real === undefined ? '..' : relative(root, real);
    if (!name.startsWith('..')) present.push(name);
  }
  if (present.length === 0) return undefined;
  const base = await must(git('rev-parse', 'HEAD'), 'read the last commit');
  await must(git('add', '--', ...present), 'add the list');
  if ((await git('diff', '--cached', '--quiet', '--', ...present)).ok) return undefined;
  const text = message.includes('[skip ci]') ? message : `${message} [skip ci]`;
  await must(git('commit', '--quiet', '-m', text, '--', ...present), 'commit the list');
  return { base, sha: await must(git('rev-parse', 'HEAD'), 'read the commit') };
}

type Git = (...args: readonly string[]) => Promise<GitResult>;

function gitIn({ workspace, exec, signal }: CommitWish): Git {
  // The hooks of the checkout run, as with a commit by hand.
  const git = createGit({ cwd: workspace, exec, signal, hooks: true, identity: 'configured' });
  return (...args) => git.execute(args);
}

async function must(answer: Promise<GitResult>, what: string): Promise<string> {
  const { ok, stdout, problem } = await answer;
  if (ok) return stdout;
  throw new ActionError(`git could not ${what}: ${plain(problem)}`, {
    remedy: 'Check that actions/checkout ran before, in the same workspace.',
  });
}

function refused(why: string): ActionError {
  return new ActionError(`the list could not be pushed: ${plain(why)}`, {
    remedy: 'Give the job permissions: contents: write, and use a concurrency group.',
  });
}
