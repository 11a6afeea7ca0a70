import { createSyncGit } from '@repo/git/sync';
import type { GitHubContext } from '@repo/testkit/runner/job-context';

type Environment = Readonly<Record<string, string | undefined>>;

/** Creates the `github` context of a local run from environment variables and the git folder. */
export function localGitHub(env: Environment, cwd: string): Partial<GitHubContext> {
  const origin = git(cwd, 'remote', 'get-url', 'origin');
  const sha = git(cwd, 'rev-parse', 'HEAD');
  const ref = git(cwd, 'symbolic-ref', 'HEAD');
  const [, fromOrigin = ''] = /[/:]([^/:]+\/[^/]+?)(?:\.git)?$/.exec(origin) ?? [];
  const repository = env.GITHUB_REPOSITORY ?? fromOrigin;
  return {
    token: env.GITHUB_TOKEN ?? env.GH_TOKEN ?? '',
    server_url: env.GITHUB_SERVER_URL ?? 'https://github.com',
    api_url: env.GITHUB_API_URL ?? 'https://api.github.com',
    graphql_url: env.GITHUB_GRAPHQL_URL ?? 'https://api.github.com/graphql',
    event_name: 'workflow_dispatch',
    workflow: 'pnpm action',
    job: 'local',
    repository,
    sha: env.GITHUB_SHA ?? sha,
    ref: env.GITHUB_REF ?? ref,
  };
}

/** Returns the environment without the variables that a runner or pnpm sets. */
export function localEnvironment(env: Environment): Readonly<Record<string, string>> {
  const excluded = /^(GITHUB_(?!TOKEN$)|RUNNER_|INPUT_|STATE_|npm_|CI$|INIT_CWD$|NODE_OPTIONS$)/;
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || excluded.test(name) ? [] : [[name, value]],
    ),
  );
}

/** Returns the output of a git command; empty if it fails. */
function git(cwd: string, ...args: readonly string[]): string {
  try {
    return createSyncGit(cwd).text(args).trim();
  } catch {
    return '';
  }
}
