import { realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { backoffMs } from '@repo/core/process/backoff';
import type { Clock } from '@repo/core/process/clock';
import type { Exec } from '@repo/core/process/exec';
import { plain } from '@repo/core/text/untrusted';
import { createGit, type GitResult } from '@repo/git/git';

export interface CommitRequest {
  /** The root of the repository. */
  readonly workspace: string;
  /** Absolute paths; files that do not exist are skipped. */
  readonly paths: readonly string[];
  readonly message: string;
  readonly exec: Exec;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Applies the changes to the files of another push. Returns whether anything changed. */
  readonly reapply: () => Promise<boolean>;
}

export type CommitResult =
  | { readonly kind: 'pushed'; readonly sha: string }
  | { readonly kind: 'nothing' };

const MAX_TRIES = 6;
const RETRY = { baseMs: 500 };

/**
 * Commits only the given paths and pushes the commit. When another push comes first, the changes are
 * applied to its files and pushed again, never forced. Throws an ActionError when the push fails.
 */
export async function commitAndPush(request: CommitRequest): Promise<CommitResult> {
  const git = createWorkspaceGit(request);
  const branch = (await git('symbolic-ref', '--short', 'HEAD')).stdout;
  if (branch === '') {
    throw new ActionError('cannot commit: no branch is checked out', {
      remedy: 'Check out a branch: actions/checkout with ref: ${{ github.ref }}.',
    });
  }
  let committed: { readonly base: string; readonly sha: string } | undefined;
  for (let tries = 1; ; tries++) {
    committed ??= await commit(git, request);
    if (committed === undefined) return { kind: 'nothing' };
    const pushed = await git('push', 'origin', `HEAD:refs/heads/${branch}`);
    if (pushed.ok) return { kind: 'pushed', sha: committed.sha };
    const isRace = /\[rejected\]|non-fast-forward|fetch first|cannot lock ref/.test(pushed.problem);
    if (!isRace || tries === MAX_TRIES) throw pushFailed(pushed.problem);
    await request.clock.sleep(Math.random() * backoffMs(tries, RETRY), request.signal);
    await requireOk(git('fetch', 'origin', `refs/heads/${branch}`), 'fetch the branch');
    if (await rebaseOrReset(git, committed.base)) continue;
    committed = undefined;
    if (!(await request.reapply())) return { kind: 'nothing' };
  }
}

/**
 * Moves the branch to the fetched commit. Returns false when the commit was undone and has to be
 * created again; true when it was rebased, together with commits of earlier steps, which are kept.
 */
async function rebaseOrReset(git: Git, base: string): Promise<boolean> {
  if ((await git('merge-base', '--is-ancestor', base, 'FETCH_HEAD')).ok) {
    await requireOk(git('reset', '--keep', 'FETCH_HEAD'), 'move to the fetched commit');
    return false;
  }
  const rebased = await git('rebase', 'FETCH_HEAD');
  if (rebased.ok) return true;
  await git('rebase', '--abort');
  throw pushFailed(rebased.problem);
}

async function commit(git: Git, { paths, workspace, message }: CommitRequest) {
  const present: string[] = [];
  const root = await realpath(workspace);
  for (const path of paths) {
    // Of a symbolic link, the target was written.
    const real = await realpath(path).catch(() => undefined);
    const name = real === undefined ? '..' : relative(root, real);
    if (!name.startsWith('..')) present.push(name);
  }
  if (present.length === 0) return undefined;
  const base = await requireOk(git('rev-parse', 'HEAD'), 'read the last commit');
  await requireOk(git('add', '--', ...present), 'add the list');
  if ((await git('diff', '--cached', '--quiet', '--', ...present)).ok) return undefined;
  const text = message.includes('[skip ci]') ? message : `${message} [skip ci]`;
  await requireOk(git('commit', '--quiet', '-m', text, '--', ...present), 'commit the list');
  return { base, sha: await requireOk(git('rev-parse', 'HEAD'), 'read the commit') };
}

type Git = (...args: readonly string[]) => Promise<GitResult>;

function createWorkspaceGit({ workspace, exec, signal }: CommitRequest): Git {
  // Hooks of the checkout run, as for a manual commit.
  const git = createGit({ cwd: workspace, exec, signal, hooks: true, identity: 'configured' });
  return (...args) => git.execute(args);
}

async function requireOk(result: Promise<GitResult>, task: string): Promise<string> {
  const { ok, stdout, problem } = await result;
  if (ok) return stdout;
  throw new ActionError(`git could not ${task}: ${plain(problem)}`, {
    remedy: 'Check that actions/checkout ran before, in the same workspace.',
  });
}

function pushFailed(problem: string): ActionError {
  return new ActionError(`the list could not be pushed: ${plain(problem)}`, {
    remedy: 'Give the job permissions: contents: write, and use a concurrency group.',
  });
}
