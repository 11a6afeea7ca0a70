import { git, type Repository } from '../git/repository.ts';

/** The inputs of actions/checkout that matter here. */
export interface CheckoutOptions {
  /** 1 by default, as in actions/checkout; 0 is the whole history with all tags. */
  readonly fetchDepth?: number;
  /** A branch, tag or SHA; main by default. */
  readonly ref?: string;
  /** Whether `.git/config` keeps a way to push. True by default, as in actions/checkout. */
  readonly persistCredentials?: boolean;
}

/** Checks out a repository into an existing, empty or reused workspace, like actions/checkout. */
export function checkout(
  { remote }: Pick<Repository, 'remote'>,
  workspace: string,
  { fetchDepth = 1, ref = 'main', persistCredentials = true }: CheckoutOptions = {},
): string {
  const run = (...args: readonly string[]) => git(workspace, ...args);
  run('init', '--quiet', '--initial-branch=main');
  // A path would make git ignore --depth.
  const url = `file://${remote}`;
  const remotes = run('remote').split('\n');
  run('remote', ...(remotes.includes('origin') ? ['set-url'] : ['add']), 'origin', url);
  const depth = fetchDepth > 0 ? ['--no-tags', `--depth=${fetchDepth}`] : ['--tags'];
  const all = fetchDepth > 0 ? [ref] : ['+refs/heads/*:refs/remotes/origin/*', ref];
  run('fetch', '--quiet', '--prune', ...depth, 'origin', ...all);
  const sha = run('rev-parse', 'FETCH_HEAD');
  const target = fetchDepth > 0 ? 'FETCH_HEAD' : sha;
  const isBranch = !/^[0-9a-f]{40}$/.test(ref) && !ref.startsWith('refs/pull/');
  run('clean', '-ffdx', '--quiet');
  run('checkout', '--quiet', '--force', ...(isBranch ? ['-B', ref] : ['--detach']), target);
  if (!persistCredentials) run('remote', 'set-url', '--push', 'origin', 'file:///no-credentials');
  return run('rev-parse', 'HEAD');
}
