import { git } from '@repo/testkit/git/repository';
import { BAD_GATEWAY, rateLimited } from '@repo/testkit/github/faults';
import { runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { inputsOf, readmeYaml, replaceValues } from '../real/readme-example.ts';
import {
  action,
  appOn,
  PARTS,
  type Part,
  startWorld,
  type World,
} from './rollback/github-world.ts';

// Each test is several runs of the bundle, each in its own process.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let world: World;
afterEach(() => world[Symbol.asyncDispose]());

const LEDGER = [
  ['deploy', 'good', 'success'],
  ['deploy', 'bad', 'failure'],
  ['rollback', 'good', 'success'],
];

const isPullRequest = (part: Part) => part.changes.on.endsWith('/pulls');

/** The expected state after a rollback, with or without a kill. */
function expectRolledBack(part: Part): void {
  expect(part.live(world)).toBe('good');
  expect(world.ledger()).toEqual(LEDGER);
  expect(world.locks()).toBe('');
  if (isPullRequest(part)) {
    const [pull] = world.github.state.pulls;
    const head = `refs/heads/${pull?.head.branch}`;
    expect(git(world.repository.remote, 'show', `${head}:app.txt`)).toBe('good');
    expect(git(world.repository.remote, 'rev-parse', 'main')).toBe(world.bad);
  }
}

describe.each(Object.entries(PARTS))('%s', (_, part) => {
  beforeEach(async () => {
    world = await startWorld(part);
  });

  test('snapshot, bad deploy, rollback, verification, freeze, unfreeze', async () => {
    await world.deployBoth();
    {
      await using back = await world.run({ reason: 'the health check failed' });
      expect(back.outputs, back.log).toMatchObject({ result: 'rolled-back', verdict: 'fail' });
      expect(back.exitCode).toBe(1);
      expect(back.outputs).toMatchObject({ from: world.bad, to: world.good, attempts: '1' });
      expect(back.outputs['deployment-id']).toBe(String(world.github.state.deployments.at(-1)?.id));
      expectRolledBack(part);
    }
    {
      await using again = await world.run({});
      expect(again.outputs, again.log).toMatchObject({ result: 'noop', to: world.good });
      expectRolledBack(part);
    }
    await using held = await world.run({ mode: 'check' }, { sha: 'c'.repeat(40), runId: '5000' });
    expect(held.exitCode).toBe(1);
    expect(held.outputs).toMatchObject({ result: 'frozen' });
    expect(held.outputs.message).toContain('the health check failed');
    await using freed = await world.run({ mode: 'unfreeze' }, { runId: '5001' });
    expect(freed.outputs, freed.log).toMatchObject({ result: 'done', verdict: 'pass' });
    await using takes = await world.run({ mode: 'check' }, { runId: '5002' });
    expect(takes.outputs).toMatchObject({ result: 'done', verdict: 'pass' });
    expectRolledBack(part);
  });

  test.each(['before', 'after'] as const)(
    'a run continues after a kill (-9) %s the change',
    async (when) => {
      world.recordDeploys();
      part.deploy(world, world.good);
      part.deploy(world, world.bad);
      await world.kill({ ...part.changes, when });
      await using back = await world.run({});
      expect(back.outputs, back.log).toMatchObject({ result: 'rolled-back', to: world.good });
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
      world = await startWorld(part);
      world.recordDeploys();
      const stateDir = machine && `${world.clone}-state`;
      const job = stateDir === undefined ? {} : { stateDir };
      const isKilled = await world.kill({ skip: calls, when: 'after' }, job).then(
        () => true,
        // The run needed fewer calls.
        () => false,
      );
      if (isKilled) {
        await using back = await world.run({}, job);
        expect(back.outputs.result, `${calls}: ${back.log}`).toMatch(/^(rolled-back|noop)$/);
      }
      expectRolledBack(part);
      expect(git(world.repository.remote, 'rev-list', '--count', `${world.bad}..main`)).toBe('1');
      if (!isKilled) {
        expect(calls).toBeGreaterThan(8);
        return;
      }
      await world[Symbol.asyncDispose]();
    }
  });
});

describe('on GitHub', () => {
  const part = PARTS['git: restore-commit by API'] as Part;
  beforeEach(async () => {
    world = await startWorld(part);
    await world.deployBoth();
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
    world.github.addFault({ on, when, answer });
    await using back = await world.run({});
    expect(back.outputs, back.log).toMatchObject({ result: 'rolled-back' });
    expectRolledBack(part);
  });

  test('reports 409 of a deployment, and the next run records the rollback', async () => {
    world.github.addFault({ on: CREATE, answer: { status: 409, body: { message: 'Conflict' } } });
    await using failed = await world.run({});
    expect(failed.exitCode).toBe(1);
    expect(failed.log).toContain('409');
    await using back = await world.run({});
    expect(back.outputs, back.log).toMatchObject({ result: 'rolled-back' });
    expectRolledBack(part);
  });

  test('one of two concurrent runs rolls back, and the other reports the owner of the lock', async () => {
    for (const id of [4711, 4712]) {
      world.github.state.runs.push({
        ...{ id, workflow: 7, event: 'push', branch: 'main', inputs: {}, status: 'in_progress' },
        ...{ conclusion: null, createdAt: world.github.state.now() },
      });
    }
    const both = await Promise.all(['4711', '4712'].map((runId) => world.run({}, { runId })));
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
    await world.kill(part.changes);
    world.github.state.runs.push({
      ...{
        id: 4711,
        workflow: 7,
        event: 'push',
        branch: 'main',
        inputs: {},
        status: 'in_progress',
      },
      ...{ conclusion: null, createdAt: world.github.state.now() },
    });
    await using locked = await world.run({}, { runId: '4712' });
    expect(locked.outputs).toMatchObject({ result: 'locked' });
    expect(locked.outputs.message).toContain('run 4711 (attempt 1, job deploy)');
    git(world.repository.remote, 'update-ref', 'refs/deploy-rollback/lock/production', world.good);
    await using blocked = await world.run({}, { runId: '4712' });
    expect(blocked.exitCode).toBe(1);
    expect(blocked.log).toContain('gh api -X DELETE');
    expect(part.live(world)).toBe('bad');
  });

  test('a newer deploy supersedes the rollback before its start', async () => {
    const { state } = world.github;
    world.github.advance(1_000);
    state.deployments.push({
      ...{ id: state.nextId(), ref: world.good, sha: world.good, task: 'deploy', payload: '' },
      ...{ environment: 'production', description: '', isTransient: false, isProduction: true },
      ...{ creator: state.user, createdAt: state.now(), statuses: [] },
    });
    await using back = await world.run({});
    expect(back.outputs, back.log).toMatchObject({ result: 'superseded', verdict: 'warn' });
    expect(part.live(world)).toBe('bad');
    expect(world.locks()).toBe('');
  });

  test('a newer deploy supersedes the running rollback before its first change', async () => {
    const { state } = world.github;
    const bad = state.deployments.at(-1);
    // A deploy starts while the rules of the branch are read.
    Object.defineProperty(state.rules, 'main', {
      get: () => {
        if (bad && state.deployments.at(-1) === bad) {
          const id = state.nextId();
          state.deployments.push({ ...bad, id, sha: world.good, statuses: [], payload: '' });
        }
        return undefined;
      },
    });
    await using back = await world.run({});
    expect(back.outputs, back.log).toMatchObject({ result: 'superseded', verdict: 'warn' });
    expect(part.live(world)).toBe('bad');
    expect(world.ledger().map(([task]) => task)).toEqual(['deploy', 'deploy', 'deploy']);
    expect(world.locks()).toBe('');
  });

  test('record and lock take at most 9 calls', async () => {
    const before = world.github.calls.length;
    await using back = await world.run({});
    expect(back.outputs).toMatchObject({ result: 'rolled-back' });
    // Calls of the strategy are not counted.
    const calls = world.github.calls.slice(before).map(({ operation, body }) => {
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
    world.github.state.rules.main = { rulesets: ['pull_request'] };
    await using back = await world.run({});
    expect(back.outputs).toMatchObject({ result: 'no-target' });
    expect(back.log).toMatch(/main is protected, and GITHUB_TOKEN cannot pass that/);
    expect(back.log).toMatch(/GitHub App/);
    expect(part.live(world)).toBe('bad');
    expect(world.locks()).toBe('');

    world.github.state.rules.main = {};
    world.github.state.environments.production = { reviewers: [world.github.state.user] };
    await using dry = await world.run({ mode: 'resolve' });
    expect(dry.outputs).toMatchObject({ result: 'dry-run', to: world.good });
    expect(dry.outputs.plan).toContain('starts no workflow');
    expect(dry.outputs.plan).toContain(
      'skips these protection rules of production: required reviewers',
    );
    expect(part.live(world)).toBe('bad');
  });

  test('reports an unreachable ref before the first change', async () => {
    const root = git(world.clone, 'commit-tree', `${world.bad}^{tree}`, '-m', 'other');
    git(world.clone, 'push', '--quiet', '--force', 'origin', `${root}:refs/heads/main`);
    await using back = await world.run({ 'allowed-ref': 'main' });
    expect(back.outputs, back.log).toMatchObject({ result: 'no-target' });
    expect(back.outputs.plan).toContain('is not in the history of main');
    expect(git(world.repository.remote, 'rev-parse', 'main')).toBe(root);
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
    git(world.clone, 'push', '--quiet', 'origin', `${sha}:refs/heads/${branch}`);

  async function release(sha: string, runId: string, conclusion: 'success' | 'failure') {
    const yaml = (await readmeYaml('called', 'deploy-rollback')).replaceAll(
      '${{ inputs.environment }}',
      'production',
    );
    const { steps } = parse(yaml).jobs.deploy;
    const inputs = replaceValues(inputsOf(steps[1]), {
      'https://production.example.com/version': world.siteUrl,
    });
    const { context } = world.github;
    return runAction({
      action,
      cwd: world.clone,
      trackFiles: false,
      github: { ...context, sha, run_id: runId, job: 'deploy', workflow: 'Release' },
      with: { ...inputs, 'state-dir': `${world.clone}-machine-${runId}` },
      laterSteps: async () => {
        push(sha, 'live');
        return conclusion;
      },
    });
  }

  test('marks the release of a successful job good, and rolls back a failed one', async () => {
    world = await startWorld(pointer);
    push(world.good, 'live');
    await using first = await release(world.good, '1', 'success');
    expect(first.post?.outputs, first.post?.log).toMatchObject({ result: 'done' });
    world.github.advance(60_000);
    push(world.bad, 'main');
    await using second = await release(world.bad, '2', 'failure');
    expect(second.exitCode, second.log).toBe(0);
    expect(second.post?.outputs, second.post?.log).toMatchObject({
      ...{ result: 'rolled-back', from: world.bad, to: world.good },
    });
    expect(git(world.repository.remote, 'rev-parse', 'live')).toBe(world.good);
    expectRolledBack(pointer);
    expect(world.github.state.issues).toMatchObject([{ state: 'open' }]);
    await using third = await release(world.good, '3', 'success');
    expect(third.exitCode).toBe(1);
    expect(third.outputs).toMatchObject({ result: 'frozen' });
  });
});
