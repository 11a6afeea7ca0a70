import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { commit, git, type Repository, startRepository } from '@repo/testkit/git/repository';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import type { StageResult } from '@repo/testkit/runner/run-action';
import { type CheckoutOptions, checkout } from '@repo/testkit/setups/checkout';
import { type Preset, withContext } from '@repo/testkit/setups/preset';
import type { Job, Runners } from '@repo/testkit/setups/runners';
import { deployRelease, visit } from './production.ts';

/** A site that a host serves from a branch or tag of the repository: a push deploys it. */
export interface BranchSite extends AsyncDisposable {
  readonly github: LocalGitHub;
  readonly repository: Repository;
  /** A clone of a developer. */
  readonly clone: string;
  readonly url: string;
  /** The `github` context of its runs. */
  readonly context: Preset;
  /** Commits a page to a branch, pushes it, and returns the SHA. */
  readonly commit: (page: string, branch?: string) => string;
  /** Deploys a commit with its page. */
  readonly deploy: (sha: string) => void;
  /** What a visitor sees: `200 good`. */
  readonly visit: () => Promise<string>;
  /** Starts a job on a commit and checks it out. */
  readonly startJob: (
    runners: Runners,
    sha: string,
    github?: Parameters<Runners['startJob']>[0],
    options?: CheckoutOptions,
  ) => Promise<Job>;
  /** A guarded deploy of a commit. */
  readonly deployBy: (
    job: Job,
    sha: string,
    inputs?: Readonly<Record<string, string>>,
  ) => Promise<StageResult>;
}

/** Restores the branch `live`. */
export const RESET = '- git: {mode: reset, branch: live, force: true}';

/** @param ref what the host serves; its first page is `good` only for the branches live and main */
export async function startBranchSite(
  options: LocalGitHubOptions = {},
  ref = 'refs/heads/live',
): Promise<BranchSite> {
  const repository = startRepository({ 'index.html': 'good' });
  const clone = repository.clone();
  git(clone, 'push', '--quiet', 'origin', 'HEAD:refs/heads/live');
  const github = await startLocalGitHub({ bare: repository.remote, ...options });
  const server = await startHttpServer({
    script: (exchange) => {
      const body = git(repository.remote, 'show', `${ref}:index.html`);
      return respond(body.startsWith('bad') ? 500 : 200, { body })(exchange);
    },
  });
  const deploy = (sha: string) => {
    git(clone, 'fetch', '--quiet', 'origin');
    git(clone, 'push', '--quiet', '--force', 'origin', `${sha}:${ref}`);
  };
  return {
    github,
    repository,
    clone,
    url: server.url,
    context: withContext({ ...github.context, workflow: 'Deploy', job: 'deploy' }),
    commit: (page, to = 'main') => {
      git(clone, 'fetch', '--quiet', 'origin');
      const start = to === 'main' ? 'origin/main' : 'HEAD';
      git(clone, 'checkout', '--quiet', '-B', to, start);
      const sha = commit(clone, { 'index.html': page });
      git(clone, 'push', '--quiet', 'origin', to);
      return sha;
    },
    deploy,
    visit: () => visit(server.url),
    startJob: async (runners, sha, context = {}, checkoutOptions = {}) => {
      const job = await runners.startJob({ sha, ...context });
      checkout(repository, job.workspace, { fetchDepth: 0, ref: sha, ...checkoutOptions });
      return job;
    },
    deployBy: (job, sha, inputs = {}) =>
      deployRelease(job, {
        sha,
        with: { strategies: RESET, 'verify-url': server.url, 'verify-deadline': '3s', ...inputs },
        deploy: () => deploy(sha),
        visit: () => visit(server.url),
      }),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await github[Symbol.asyncDispose]();
      repository[Symbol.dispose]();
    },
  };
}
