import * as v from 'valibot';
import type { Ports, Strategy } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import type { GitMode } from './git-mode.ts';
import type { GitRepository } from './git-repository.ts';
import { createGithubRepository } from './github-repository.ts';
import { createPullRequestMode } from './pull-request.ts';
import { createRemoteRepository } from './remote-repository.ts';
import { createResetMode } from './reset.ts';
import { createRestoreCommitMode } from './restore-commit.ts';
import { createTagMode } from './tag.ts';

/** The rules of git for ref names, as far as they matter for safety. */
const NAME = /^(?![-/.])(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)))[^\s~^:?*[\\\p{C}]+(?<![./])$/u;

const refName = v.pipe(
  v.string(),
  v.regex(NAME, 'is not a valid ref name\nUse a name such as main.'),
);
const remote = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^[^-\s]\S*$/, 'is not a valid remote\nUse a name such as origin, or a URL.'),
  ),
);
const branch = { branch: refName };

/** Each mode has its own options. */
const options = v.pipe(
  v.unknown(),
  // The default mode.
  v.transform((given) =>
    typeof given === 'object' && given !== null && !('mode' in given)
      ? { ...given, mode: 'restore-commit' }
      : given,
  ),
  v.variant(
    'mode',
    [
      v.strictObject(
        {
          mode: v.literal('restore-commit'),
          ...branch,
          remote,
          'undo-newer': v.optional(v.boolean(), false),
        },
        'mode: restore-commit supports branch, remote and undo-newer.',
      ),
      v.strictObject(
        { mode: v.literal('tag'), tag: refName, remote },
        'mode: tag supports tag and remote.',
      ),
      v.strictObject(
        {
          mode: v.literal('reset'),
          ...branch,
          remote,
          force: v.literal(true, 'must be true\nSet force: true to rewrite the history.'),
        },
        'mode: reset supports branch, remote and force: true, which is required.',
      ),
      v.strictObject(
        { mode: v.literal('pull-request'), ...branch },
        'mode: pull-request supports branch.',
      ),
    ],
    'is not a valid mode\nUse restore-commit, tag, reset or pull-request.',
  ),
);

type GitOptions = v.InferOutput<typeof options>;

/** Restores a branch or a tag, on GitHub or in any repository that git can push to. */
export const git = strategyModule<GitOptions>({
  name: 'git',
  options,
  create: (given) => {
    const remoteName = 'remote' in given ? given.remote : undefined;
    return createStrategy(createMode(given), remoteName);
  },
});

function createMode(given: GitOptions): GitMode {
  switch (given.mode) {
    case 'restore-commit':
      return createRestoreCommitMode(given.branch, given['undo-newer']);
    case 'tag':
      return createTagMode(given.tag);
    case 'reset':
      return createResetMode(given.branch);
    case 'pull-request':
      return createPullRequestMode(given.branch);
  }
}

/** @param remoteName the remote for git; without it, GitHub's API is used */
function createStrategy(mode: GitMode, remoteName: string | undefined): Strategy {
  const connect = async (ports: Ports): Promise<GitRepository> =>
    remoteName === undefined
      ? createGithubRepository(await ports.github())
      : createRemoteRepository(remoteName, ports);
  const { preflight, apply, identify } = mode;
  return {
    name: 'git',
    title: `git ${mode.title}`,
    preflight: async (target, ports) => {
      if (target.revision !== '') return preflight(target, await connect(ports));
      return {
        kind: 'impossible',
        problem: 'the commit of the release before the first record is unknown',
        remedy: 'Set revision when you take the snapshot.',
      };
    },
    apply: async (target, ports) => apply(target, await connect(ports), ports),
    ...(identify && {
      identify: async (target, ports) => identify(target, await connect(ports)),
    }),
  };
}
