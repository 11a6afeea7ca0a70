import { git } from '@repo/testkit/git/repository';
import { BAD_GATEWAY, rateLimited } from '@repo/testkit/github/faults';
import { runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { inputsOf, readmeYaml, replaceValues } from '../real/readme-example.ts';
import {
  action,
  appOn,
  type GitHubEnvironment,
  PARTS,
  type Part,
  startGitHubEnvironment,
} from './rollback/github-environment.ts';

// Each test is several runs of the bundle, each in its own process.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let environment: GitHubEnvironment;
afterEach(() => environment[Symbol.asyncDispose]());

const LEDGER = [
  ['deploy', 'good', 'success'],
  ['deploy', 'bad', 'failure'],
  ['rollback', 'good', 'success'],
];

const isPullRequest = (part: Part) => part.changes.on.endsWith('/pulls');

/** The expected state after a rollback, with or without a kill. */
function expectRolledBack(part: Part): void {
  expect(part.live(environment)).toBe('good');
  expect(environment.ledger()).toEqual(LEDGER);
  expect(environment.locks()).toBe('');
  if (isPullRequest(part)) {
    const [pull] = environment.github.state.pulls;
    const head = `refs/heads/${pull?.head.branch}`;
    expect(git(environment.repository.remote, 'show', `${head}:app.txt`)).toBe('good');
    expect(git(environment.repository.remote, 'rev-parse', 'main')).toBe(environment.bad);
  }
}

describe.each(Object.entries(PARTS))('%s', (_, part) => {
  beforeEach(async () => {
    environment = await startGitHubEnvironment(part);
  });

  test('snapshot, bad deploy, rollback, verification, freeze, unfreeze', async () => {
    await environment.deployBoth();
    {
      await using back = await environment.run({ reason: 'the health check failed' });
      expect(back.outputs, back.log).toMatchObject({ result: 'rolled-back', verdict: 'fail' });
      expect(back.exitCode).toBe(1);
      expect(back.outputs).toMatchObject({
        from: environment.bad,
        to: environment.good,
        attempts: '1',
      });
      expect(back.outputs['deployment-id']).toBe(
        String(environment.github.state.deployments.at(-1)?.id),
      );
      expectRolledBack(part);
    }
    {
      await using again = await environment.run({});
      expect(again.outputs, again.log).toMatchObject({ result: 'noop', to: environment.good });
      expectRolledBack(part);
    }
    await using held = await environment.run(
      { mode: 'check' },
      { sha: 'c'.repeat(40), runId: '5000' },
    );
    expect(held.exitCode).toBe(1);
    expect(held.outputs).toMatchObject({ result: 'frozen' });
    expect(held.outputs.message).toContain('the health check failed');
    await using freed = await environment.run({ mode: 'unfreeze' }, { runId: '5001' });
    expect(freed.outputs, freed.log).toMatchObject({ result: 'done', verdict: 'pass' });
    await using takes = await environment.run({ mode: 'check' }, { runId: '5002' });
    expect(takes.outputs).toMatchObject({ result: 'done', verdict: 'pass' });
    expectRolledBack(part);
  });

  test.each(['before', 'after'] as const)(
    'a run continues after a kill (-9) %s the change',
    async (when) => {
      environment.recordDeploys();
      part.deploy(environment, environment.good);
      part.deploy(environment, environment.bad);
      await environment.kill({ ...part.changes, when });
      await using back = await environment.run({});
      expect(back.outputs, back.log).toMatchObject({ result: 'rolled-back', to: environment.good });
      expectRolledBack(part);
    },
  );
});

describe('after a kill in any call, the next run leaves one deployment, no lock and the good release', () => {
  const part = PARTS['git: restore-commit by API'] as Part;

  test.each([
    ['on another machine', undefined, 1],
    // The journal has its own tests.
    ['on the same machine', 'same', 4],
  ])('%s', async (_, machine, step) => {
    for (let calls = 0; ; calls += step) {
      environment = await startGitHubEnvironment(part);
      environment.recordDeploys();
      const stateDir = machine && `${environment.clone}-state`;
      const job = stateDir === undefined ? {} : { stateDir };
      const isKilled = await environment.kill({ skip: calls, when: 'after' }, job).then(
        () => true,
        // The run needed fewer calls.
        () => false,
      );
      if (isKilled) {
        await using back = await environment.run({}, job);
        expect(back.outputs.result, `${calls}: ${back.log}`).toMatch(/^(rolled-back|noop)$/);
      }
      expectRolledBack(part);
      expect(
        git(environment.repository.remote, 'rev-list', '--count', `${environment.bad}..main`),
      ).toBe('1');
      if (!isKilled) {
        expect(calls).toBeGreaterThan(8);
        return;
      }
      await environment[Symbol.asyncDispose]();
    }
  });
});

describe('on GitHub', () => {
  const part = PARTS['git: restore-commit by API'] as Part;
  beforeEach(async () => {
    environment = await startGitHubEnvironment(part);
    await environment.deployBoth();
  });
  const CREATE = 'POST /repos/{owner}/{repo}/deployments';

  test.each([
    ['a 5xx after the deployment was created', CREATE, 'after', BAD_GATEWAY],
    ['a broken connection after it', CREATE, 'after', 'reset'],
    ['a secondary limit', CREATE, 'before', rateLimited(1)],
    [
      'a secondary limit of the lock',
      'POST /repos/{owner}/{repo}/git/refs',
      'before',
      rateLimited(1),
    ],
    ['a 5xx after the lock', 'POST /repos/{owner}/{repo}/git/refs', 'after', BAD_GATEWAY],
    ['a 5xx of the history', 'POST /graphql', 'before', BAD_GATEWAY],
    [
      'a 5xx after the lock was released',
      'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
      'after',
      BAD_GATEWAY,
    ],
  ] as const)('%s leaves one deployment and a correct ledger', async (_, on, when, answer) => {
    environment.github.addFault({ on, when, answer });
    await using back = await environment.run({});
    expect(back.outputs, back.log).toMatchObject({ result: 'rolled-back' });
    expectRolledBack(part);
  });

  test('reports 409 of a deployment, and the next run records the rollback', async () => {
    environment.github.addFault({
      on: CREATE,
      answer: { status: 409, body: { message: 'Conflict' } },
    });
    await using failed = await environment.run({});
    expect(failed.exitCode).toBe(1);
    expect(failed.log).toContain('409');
    await using back = await environment.run({});
    expect(back.outputs, back.log).toMatchObject({ result: 'rolled-back' });
    expectRolledBack(part);
  });

  test('one of two concurrent runs rolls back, and the other reports the owner of the lock', async () => {
    for (const id of [4711, 4712]) {
      environment.github.state.runs.push({
        ...{ id, workflow: 7, event: 'push', branch: 'main', inputs: {}, status: 'in_progress' },
        ...{ conclusion: null, createdAt: environment.github.state.now() },
      });
    }
    const both = await Promise.all(['4711', '4712'].map((runId) => environment.run({}, { runId })));
    const results = both.map(({ outputs }) => String(outputs.result));
    expect(results).toContain('rolled-back');
    const other = both.find(({ outputs }) => outputs.result !== 'rolled-back');
    // A run that starts after the first has ended has nothing to do.
    expect(['locked', 'noop'], other?.log).toContain(other?.outputs.result);
    if (other?.outputs.result === 'locked') expect(other.outputs.message).toMatch(/run 471[12]/);
    expectRolledBack(part);
    for (const one of both) await one[Symbol.asyncDispose]();
  });

  test('reports the owner of the lock; an invalid lock blocks with a remedy', async () => {
    await environment.kill(part.changes);
    environment.github.state.runs.push({
      ...{
        id: 4711,
        workflow: 7,
        event: 'push',
        branch: 'main',
        inputs: {},
        status: 'in_progress',
      },
      ...{ conclusion: null, createdAt: environment.github.state.now() },
    });
    await using locked = await environment.run({}, { runId: '4712' });
    expect(locked.outputs).toMatchObject({ result: 'locked' });
    expect(locked.outputs.message).toContain('run 4711 (attempt 1, job deploy)');
    git(
      environment.repository.remote,
      'update-ref',
      'refs/deploy-rollback/lock/production',
      environment.good,
    );
    await using blocked = await environment.run({}, { runId: '4712' });
    expect(blocked.exitCode).toBe(1);
    expect(blocked.log).toContain('gh api -X DELETE');
    expect(part.live(environment)).toBe('bad');
  });

  test('a newer deploy supersedes the rollback before its start', async () => {
    const { state } = environment.github;
    environment.github.advance(1_000);
    state.deployments.push({
      ...{
        id: state.nextId(),
        ref: environment.good,
        sha: environment.good,
        task: 'deploy',
        payload: '',
      },
      ...{ environment: 'production', description: '', isTransient: false, isProduction: true },
      ...{ creator: state.user, createdAt: state.now(), statuses: [] },
    });
    await using back = await environment.run({});
    expect(back.outputs, back.log).toMatchObject({ result: 'superseded', verdict: 'warn' });
    expect(part.live(environment)).toBe('bad');
    expect(environment.locks()).toBe('');
  });

  test('a newer deploy supersedes the running rollback before its first change', async () => {
    const { state } = environment.github;
    const bad = state.deployments.at(-1);
    // A deploy starts while the rules of the branch are read.
    Object.defineProperty(state.rules, 'main', {
      get: () => {
        if (bad && state.deployments.at(-1) === bad) {
          const id = state.nextId();
          state.deployments.push({ ...bad, id, sha: environment.good, statuses: [], payload: '' });
        }
        return undefined;
      },
    });
    await using back = await environment.run({});
    expect(back.outputs, back.log).toMatchObject({ result: 'superseded', verdict: 'warn' });
    expect(part.live(environment)).toBe('bad');
    expect(environment.ledger().map(([task]) => task)).toEqual(['deploy', 'deploy', 'deploy']);
    expect(environment.locks()).toBe('');
  });

  test('record and lock take at most 9 calls', async () => {
    const before = environment.github.calls.length;
    await using back = await environment.run({});
    expect(back.outputs).toMatchObject({ result: 'rolled-back' });
    // Calls of the strategy are not counted.
    const calls = environment.github.calls.slice(before).map(({ operation, body }) => {
      const isHistory = String(Object(body).query).includes('History');
      return operation === 'POST /graphql' && isHistory ? 'history' : operation;
    });
    const counted = calls.filter(
      (operation) =>
        operation === 'history' ||
        /deployments|git\/tags|POST .*git\/refs|DELETE|environments/.test(operation),
    );
    expect(counted.length, counted.join('\n')).toBeLessThanOrEqual(9);
  });

  test('reports the limits of GITHUB_TOKEN before the first change', async () => {
    environment.github.state.rules.main = { rulesets: ['pull_request'] };
    await using back = await environment.run({});
    expect(back.outputs).toMatchObject({ result: 'no-target' });
    expect(back.log).toMatch(/main is protected, and GITHUB_TOKEN cannot bypass its rules/);
    expect(back.log).toMatch(/GitHub App/);
    expect(part.live(environment)).toBe('bad');
    expect(environment.locks()).toBe('');

    environment.github.state.rules.main = {};
    environment.github.state.environments.production = {
      reviewers: [environment.github.state.user],
    };
    await using dry = await environment.run({ mode: 'resolve' });
    expect(dry.outputs).toMatchObject({ result: 'dry-run', to: environment.good });
    expect(dry.outputs.plan).toContain('does not start workflows');
    expect(dry.outputs.plan).toContain('protection rules of production only if its job has');
    expect(part.live(environment)).toBe('bad');
  });

  test('reports an unreachable ref before the first change', async () => {
    const root = git(environment.clone, 'commit-tree', `${environment.bad}^{tree}`, '-m', 'other');
    git(environment.clone, 'push', '--quiet', '--force', 'origin', `${root}:refs/heads/main`);
    await using back = await environment.run({ 'allowed-ref': 'main' });
    expect(back.outputs, back.log).toMatchObject({ result: 'no-target' });
    expect(back.outputs.plan).toContain('is not in the history of main');
    expect(git(environment.repository.remote, 'rev-parse', 'main')).toBe(root);
  });
});

describe('the reusable workflow of the README', () => {
  const pointer: Part = {
    strategies: () => '',
    live: appOn('live'),
    deploy: () => {},
    changes: { on: 'POST /graphql' },
  };
  const push = (sha: string, branch: string) =>
    git(environment.clone, 'push', '--quiet', 'origin', `${sha}:refs/heads/${branch}`);

  async function release(sha: string, runId: string, conclusion: 'success' | 'failure') {
    const yaml = (await readmeYaml('called', 'deploy-rollback')).replaceAll(
      '${{ inputs.environment }}',
      'production',
    );
    const { steps } = parse(yaml).jobs.deploy;
    const inputs = replaceValues(inputsOf(steps[1]), {
      'https://production.example.com/version': environment.siteUrl,
    });
    const { context } = environment.github;
    return runAction({
      action,
      cwd: environment.clone,
      trackFiles: false,
      github: { ...context, sha, run_id: runId, job: 'deploy', workflow: 'Release' },
      with: { ...inputs, 'state-dir': `${environment.clone}-machine-${runId}` },
      laterSteps: async () => {
        push(sha, 'live');
        return conclusion;
      },
    });
  }

  test('marks the release of a successful job good, and rolls back a failed one', async () => {
    environment = await startGitHubEnvironment(pointer);
    push(environment.good, 'live');
    await using first = await release(environment.good, '1', 'success');
    expect(first.post?.outputs, first.post?.log).toMatchObject({ result: 'done' });
    environment.github.advance(60_000);
    push(environment.bad, 'main');
    await using second = await release(environment.bad, '2', 'failure');
    expect(second.exitCode, second.log).toBe(0);
    expect(second.post?.outputs, second.post?.log).toMatchObject({
      ...{ result: 'rolled-back', from: environment.bad, to: environment.good },
    });
    expect(git(environment.repository.remote, 'rev-parse', 'live')).toBe(environment.good);
    expectRolledBack(pointer);
    expect(environment.github.state.issues).toMatchObject([{ state: 'open' }]);
    await using third = await release(environment.good, '3', 'success');
    expect(third.exitCode).toBe(1);
    expect(third.outputs).toMatchObject({ result: 'frozen' });
  });
});
