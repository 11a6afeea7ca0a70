import * as v from 'valibot';
import type { Ports, Strategy } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { githubHosting } from './github-hosting.ts';
import type { Hosting } from './hosting.ts';
import { pullRequest } from './pull-request.ts';
import { remoteHosting } from './remote-hosting.ts';
import { reset } from './reset.ts';
import { restoreCommit } from './restore-commit.ts';
import { tag } from './tag.ts';
import type { Way } from './way.ts';

/** What git takes as the name of a branch or a tag, as far as it matters: no option, no `..`. */
const NAME = /^(?![-/.])(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)))[^\s~^:?*[\\\p{C}]+(?<![./])$/u;

const refName = v.pipe(v.string(), v.regex(NAME, 'is no name that git takes\nWrite main.'));
const remote = v.optional(
  v.pipe(v.string(), v.regex(/^[^-\s]\S*$/, 'is no remote\nWrite origin, or an address.')),
);
const branch = { branch: refName };

/** Each way with its own options. */
const options = v.pipe(
  v.unknown(),
  // The first one is meant where nothing is said.
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
        'mode: restore-commit knows branch, remote and undo-newer.',
      ),
      v.strictObject(
        { mode: v.literal('tag'), tag: refName, remote },
        'mode: tag knows tag and remote.',
      ),
      v.strictObject(
        {
          mode: v.literal('reset'),
          ...branch,
          remote,
          force: v.literal(true, 'rewrites history\nWrite force: true if you mean it.'),
        },
        'mode: reset knows branch, remote and force: true, without which it rewrites no history.',
      ),
      v.strictObject(
        { mode: v.literal('pull-request'), ...branch },
        'mode: pull-request knows branch.',
      ),
    ],
    'is no way to bring a commit back\nWrite restore-commit, tag, reset or pull-request.',
  ),
);

type GitOptions = v.InferOutput<typeof options>;

/** A branch or a tag, brought back on GitHub or in any repository that git can push to. */
export const git = strategyModule<GitOptions>({
  name: 'git',
  options,
  create: (given) => {
    const way = wayOf(given);
    const source = 'remote' in given ? given.remote : undefined;
    return gitStrategy(way, source);
  },
});

function wayOf(given: GitOptions): Way {
  switch (given.mode) {
    case 'restore-commit':
      return restoreCommit(given.branch, given['undo-newer']);
    case 'tag':
      return tag(given.tag);
    case 'reset':
      return reset(given.branch);
    case 'pull-request':
      return pullRequest(given.branch);
  }
}

/** @param source a remote for the git program; without it, GitHub's API is used */
function gitStrategy(way: Way, source: string | undefined): Strategy {
  const hosting = async (ports: Ports): Promise<Hosting> =>
    source === undefined ? githubHosting(await ports.github()) : remoteHosting(source, ports);
  const { preflight, apply, identify } = way;
  return {
    name: 'git',
    title: `git ${way.title}`,
    preflight: async (target, ports) => {
      if (target.revision !== '') return preflight(target, await hosting(ports));
      return {
        kind: 'impossible',
        problem: 'which commit ran before the first record is not known',
        remedy: 'Give the input revision when the snapshot is taken.',
      };
    },
    apply: async (target, ports) => apply(target, await hosting(ports), ports),
    ...(identify && {
      identify: async (target, ports) => identify(target, await hosting(ports)),
    }),
  };
}
