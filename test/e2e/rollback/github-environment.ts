import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { commit, git, type Repository, startRepository } from '@repo/testkit/git/repository';
import type { Fault } from '@repo/testkit/github/faults';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import { type RunActionOptions, type RunResult, runAction } from '@repo/testkit/runner/run-action';

export const action = fileURLToPath(new URL('../../../actions/deploy-rollback', import.meta.url));
const DAY = 24 * 3_600_000;

/** A part of a deployment on GitHub. */
export interface Part {
  /** The input `strategies`. */
  readonly strategies: (environment: GitHubEnvironment) => string;
  /** The deployed app: `good`, `bad`, or nothing. */
  readonly live: (environment: GitHubEnvironment) => string | undefined;
  /** Deploys a release as a user does. */
  readonly deploy: (environment: GitHubEnvironment, sha: string) => void;
  /** The call that changes the deployment, and the number of such calls before it. */
  readonly changes: { readonly on: string; readonly skip?: number };
}

/** An environment on the local GitHub with a good release and a bad one after it. */
export interface GitHubEnvironment extends AsyncDisposable {
  readonly github: LocalGitHub;
  readonly repository: Repository;
  readonly clone: string;
  readonly good: string;
  readonly bad: string;
  /** The releases that the workflow has deployed. */
  readonly deployed: string[];
  /** Responds with JSON as long as the good release is live. */
  readonly siteUrl: string;
  /** Runs the action in a job on a commit; each run has its own machine by default. */
  readonly run: (
    inputs: Readonly<Record<string, string>>,
    job?: {
      readonly sha?: string;
      readonly runId?: string;
      readonly stateDir?: string;
      /** The runner of the job. */
      readonly on?: Pick<RunActionOptions, 'env' | 'github' | 'launcher' | 'debug'>;
    },
  ) => Promise<RunResult>;
  /** Runs the action and kills it (-9) in a call without a response. */
  readonly kill: (
    fault: Omit<Fault, 'answer'>,
    job?: { readonly runId?: string; readonly stateDir?: string },
  ) => Promise<void>;
  /** Deploys both releases, with snapshot and mark. */
  readonly deployBoth: () => Promise<void>;
  /** The same state on GitHub, without running the action. */
  readonly recordDeploys: () => void;
  readonly locks: () => string;
  /** The deployments: task, release and last state. */
  readonly ledger: () => readonly (readonly [string, string, string | undefined])[];
}

export async function startGitHubEnvironment(
  part: Part,
  options: LocalGitHubOptions = {},
): Promise<GitHubEnvironment> {
  const root = mkdtempSync(join(tmpdir(), 'rollback-'));
  const repository = startRepository({ 'app.txt': 'good' });
  const clone = repository.clone();
  const good = git(clone, 'rev-parse', 'HEAD');
  const bad = commit(clone, { 'app.txt': 'bad' });
  const github = await startLocalGitHub({ bare: repository.remote, ...options });
  const deployed: string[] = [];
  github.state.workflows.push({
    ...{ id: 7, file: 'deploy.yml', inputs: { sha: {}, rollback: {} } },
    runName: ({ rollback }) => `Deploy (${rollback ?? ''})`,
  });
  github.state.onRun = (run) => {
    Object.assign(run, { status: 'completed', conclusion: 'success' });
    deployed.push(String(run.inputs.sha ?? run.headSha));
  };
  const site = await startHttpServer({
    script: (exchange) => {
      const isGood = part.live(environment) === 'good';
      const body = JSON.stringify({ app: 'good', sha: good });
      return (isGood ? respond(200, { body }) : respond(503))(exchange);
    },
  });
  let machines = 0;
  const environment: GitHubEnvironment = {
    github,
    repository,
    clone,
    good,
    bad,
    deployed,
    siteUrl: site.url,
    run: (inputs, { sha = bad, runId = '4711', stateDir, on = {} } = {}) =>
      runAction({
        ...on,
        action,
        cwd: clone,
        trackFiles: false,
        env: { ...github.jobVariables(Number(runId)), ...on.env },
        github: {
          ...github.context,
          ...{ sha, run_id: runId, job: 'deploy', workflow: 'Deploy' },
          ...on.github,
        },
        with: {
          ledger: 'github',
          strategies: part.strategies(environment),
          'verify-url': site.url,
          'expect-identity': 'good',
          'state-dir': stateDir ?? join(root, `machine-${++machines}`),
          'lock-timeout': '0',
          'verify-deadline': '3s',
          ...inputs,
        },
      }),
    kill: async (
      fault,
      { runId = '4711', stateDir = join(root, `machine-${++machines}`) } = {},
    ) => {
      github.addFault({ ...fault, answer: 'hang' });
      const before = github.calls.filter(({ status }) => status === 0).length;
      const controller = new AbortController();
      const running = runAction({
        action,
        cwd: clone,
        trackFiles: false,
        env: github.jobVariables(Number(runId)),
        github: { ...github.context, sha: bad, run_id: runId, job: 'deploy', workflow: 'Deploy' },
        cancel: { signal: controller.signal },
        patience: { afterInterrupt: 0, afterTerminate: 0 },
        with: {
          ledger: 'github',
          strategies: part.strategies(environment),
          'verify-url': site.url,
          'state-dir': stateDir,
          'lock-timeout': '0',
          'verify-deadline': '3s',
        },
      });
      let isOver = false;
      void running.finally(() => {
        isOver = true;
      });
      const isHanging = () => github.calls.filter(({ status }) => status === 0).length > before;
      while (!isOver && !isHanging()) await setTimeout(5);
      controller.abort();
      await using result = await running;
      if (result.signal !== 'SIGKILL') throw new Error(`the run was not killed:\n${result.log}`);
    },
    deployBoth: async () => {
      for (const sha of [good, bad]) {
        git(clone, 'push', '--quiet', '--force', 'origin', `${sha}:refs/heads/main`);
        await using kept = await environment.run(
          { mode: 'snapshot' },
          { sha, runId: `10${sha === bad}`.length.toString() },
        );
        if (kept.exitCode !== 0) throw new Error(kept.log);
        part.deploy(environment, sha);
        if (sha === bad) break;
        await using marked = await environment.run({ mode: 'mark' }, { sha });
        if (marked.exitCode !== 0) throw new Error(marked.log);
        github.advance(60_000);
      }
      if (part.live(environment) !== 'bad') throw new Error('the bad release is not live');
    },
    recordDeploys: () => {
      git(clone, 'push', '--quiet', 'origin', 'main');
      const { state } = github;
      for (const sha of [good, bad]) {
        const made = { creator: state.user, createdAt: state.now() };
        const status = { description: '', logUrl: '', environmentUrl: '', ...made };
        state.deployments.push({
          ...{ id: state.nextId(), ref: sha, sha, task: 'deploy', payload: '', description: '' },
          ...{ environment: 'production', isTransient: false, isProduction: true, ...made },
          statuses: [
            { ...status, id: state.nextId(), state: sha === good ? 'success' : 'in_progress' },
          ],
        });
        github.advance(60_000);
      }
    },
    locks: () => git(repository.remote, 'for-each-ref', 'refs/deploy-rollback'),
    ledger: () =>
      github.state.deployments.map(({ task, sha, statuses }) => [
        task,
        sha === good ? 'good' : 'bad',
        statuses.at(-1)?.state,
      ]),
    [Symbol.asyncDispose]: async () => {
      await site[Symbol.asyncDispose]();
      await github[Symbol.asyncDispose]();
      repository[Symbol.dispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return environment;
}

export const appOn =
  (name: string) =>
  ({ repository }: GitHubEnvironment) => {
    try {
      return git(repository.remote, 'show', `${name}:app.txt`);
    } catch {
      return undefined;
    }
  };

/** The parts by the name of their strategy. */
export const PARTS: Readonly<Record<string, Part>> = {
  'git: restore-commit by API': {
    strategies: () => '- git: {mode: restore-commit, branch: main}',
    live: appOn('main'),
    deploy: () => {},
    changes: { on: 'PATCH /repos/{owner}/{repo}/git/refs/{ref}' },
  },
  'git: reset by API': {
    strategies: () => '- git: {mode: reset, branch: main, force: true}',
    live: appOn('main'),
    deploy: () => {},
    changes: { on: 'POST /graphql', skip: 4 },
  },
  'git: tag by API': {
    strategies: () => '- git: {mode: tag, tag: live}',
    live: appOn('live'),
    deploy: ({ clone }, sha) => {
      git(clone, 'push', '--quiet', '--force', 'origin', `${sha}:refs/tags/live`);
    },
    changes: { on: 'POST /graphql', skip: 3 },
  },
  'workflow: dispatch': {
    strategies: () =>
      "- workflow: {file: deploy.yml, inputs: {sha: '{revision}', rollback: '{rollback-id}'}}",
    live: ({ deployed, good }) => (deployed.at(-1) === good ? 'good' : 'bad'),
    deploy: ({ deployed }, sha) => {
      deployed.push(sha);
    },
    changes: { on: 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches' },
  },
  'git: pull-request and a workflow': {
    strategies: () =>
      "- workflow: {file: deploy.yml, inputs: {sha: '{revision}', rollback: '{rollback-id}'}}\n- git: {mode: pull-request, branch: main}",
    live: ({ deployed, good, github }) =>
      // After the rollback there is exactly one pull request.
      deployed.at(-1) !== good
        ? 'bad'
        : github.state.pulls.length <= 1
          ? 'good'
          : 'two pull requests',
    deploy: ({ deployed }, sha) => {
      deployed.push(sha);
    },
    changes: { on: 'POST /repos/{owner}/{repo}/pulls' },
  },
  'workflow: rerun': {
    strategies: () => '- workflow: {file: deploy.yml, rerun: true}',
    live: ({ deployed, good }) => (deployed.at(-1) === good ? 'good' : 'bad'),
    deploy: (environment, sha) => {
      addRun(environment, sha);
      environment.deployed.push(sha);
    },
    changes: { on: 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun' },
  },
  pages: {
    strategies: () => '- pages: {workflow: deploy.yml}',
    live: ({ github: { state } }) => {
      const live = state.pagesDeployments.findLast(({ statuses }) => statuses[0] === 'succeed');
      const artifact = state.artifacts.find(({ id }) => id === live?.artifact);
      return artifact && Buffer.from(artifact.content).toString();
    },
    deploy: (environment, sha) => {
      const { state } = environment.github;
      const run = addRun(environment, sha);
      const artifact = state.nextId();
      const app = sha === environment.good ? 'good' : 'bad';
      state.artifacts.push({
        ...{ id: artifact, run, name: 'github-pages', content: Buffer.from(app) },
        ...{ createdAt: state.now(), expiresAt: state.now() + DAY },
      });
      state.pagesDeployments.push({ id: sha, artifact, statuses: ['succeed'] });
    },
    changes: { on: 'POST /repos/{owner}/{repo}/pages/deployments' },
  },
};

/** Adds a run of the deploy workflow on a commit and returns its id. */
function addRun({ github: { state } }: GitHubEnvironment, headSha: string): number {
  const id = state.nextId();
  state.runs.push({
    ...{ id, workflow: 7, event: 'push', branch: 'main', inputs: {}, headSha },
    ...{ status: 'completed', conclusion: 'success', createdAt: state.now() },
  });
  return id;
}
