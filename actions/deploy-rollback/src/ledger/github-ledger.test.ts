import { commit, git, type Repository, startRepository } from '@repo/testkit/git/repository';
import { BAD_GATEWAY, type Fault, rateLimited } from '@repo/testkit/github/faults';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGitHubLock } from '../lock/github-lock.ts';
import { connectTo, RUN } from '../testing/github.ts';
import { createGitHubLedger } from './github-ledger.ts';
import type { Ledger, RollbackRecord } from './ledger.ts';

let repository: Repository;
let good: string;
let bad: string;
let local: LocalGitHub;
let ledger: Ledger;
beforeEach(async () => {
  repository = startRepository();
  const clone = repository.clone();
  good = git(clone, 'rev-parse', 'HEAD');
  bad = commit(clone, { 'a.txt': 'a' });
  git(clone, 'push', '--quiet', 'origin', 'main');
  await start();
});
afterEach(async () => {
  await local[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
});

async function start(options: LocalGitHubOptions = {}) {
  local = await startLocalGitHub({ bare: repository.remote, ...options });
  ledger = newLedger();
}

/** As another process would have it. */
function newLedger(): Ledger {
  return createGitHubLedger({
    github: connectTo(local),
    environment: 'production',
    run: { ...RUN, sha: bad },
    runUrl: `${local.context.server_url}/octo-org/octo-repo/actions/runs/${RUN.runId}`,
  });
}

const release = (revision: string) => ({ key: `run-${revision}`, revision, tree: '' });

async function deployed(revision: string) {
  const entry = await ledger.open(release(revision));
  await ledger.mark(entry, 'good', 'healthy');
  local.advance(60_000);
}

const rolledBack = (given: Partial<RollbackRecord> = {}): RollbackRecord => ({
  rollbackId: 'rollbackId-1',
  badRelease: bad,
  to: { revision: good, tree: '' },
  state: 'good',
  reason: 'the health check failed',
  freeze: true,
  ...given,
});

const readStates = async () =>
  (await newLedger().history()).entries.map(({ kind, revision, state }) => [kind, revision, state]);

test('records deploys: opened, good; opened, bad, rolled back, frozen, unfrozen', async () => {
  await deployed(good);
  const entry = await ledger.open(release(bad));
  expect(await readStates()).toEqual([
    ['deploy', bad, 'unfinished'],
    ['deploy', good, 'good'],
  ]);
  await ledger.mark(entry, 'bad', 'the health check failed');
  local.advance(1_000);
  const recorded = await ledger.record(rolledBack());
  expect(recorded).toMatchObject({ kind: 'rollback', revision: good, state: 'good' });
  expect(await readStates()).toEqual([
    ['rollback', good, 'good'],
    ['deploy', bad, 'bad'],
    ['deploy', good, 'good'],
  ]);
  const { freeze } = await newLedger().history();
  expect(freeze?.reason).toContain('the health check failed');
  await newLedger().unfreeze('run 4711 of octocat');
  const after = await newLedger().history();
  expect(after.freeze).toBeUndefined();
  expect(after.entries[0]).toMatchObject({ kind: 'rollback', state: 'good' });
});

test('a deployment has a task, a payload and the log of the run', async () => {
  await ledger.record(rolledBack());
  const [made] = local.state.deployments;
  expect(made).toMatchObject({
    ...{ task: 'rollback', sha: good, isProduction: true },
    payload: { key: 'rollbackId-1', rollback: { badRelease: bad, freeze: true } },
    statuses: [{ state: 'success', logUrl: expect.stringContaining('/actions/runs/4711') }],
  });
});

describe('a repeated write leaves one entry', () => {
  test.each(['the same process', 'another process'])('by %s', async (process) => {
    const again = () => (process === 'another process' ? newLedger() : ledger);
    for (let time = 1; time <= 2; time++) {
      const now = again();
      await now.history();
      const entry = await now.open(release(bad));
      await now.mark(entry, 'bad', 'unhealthy');
      await now.record(rolledBack());
    }
    expect(local.state.deployments.map(({ task, statuses }) => [task, statuses.length])).toEqual([
      ['deploy', 2],
      ['rollback', 1],
    ]);
  });

  const CREATE = 'POST /repos/{owner}/{repo}/deployments';
  const STATUS = 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses';
  test.each<[string, Fault]>([
    ['a 5xx after the deployment was made', { on: CREATE, when: 'after', answer: BAD_GATEWAY }],
    ['a 5xx before', { on: CREATE, answer: BAD_GATEWAY }],
    ['a broken connection', { on: CREATE, when: 'after', answer: 'reset' }],
    ['a secondary limit', { on: CREATE, answer: rateLimited(2) }],
    ['a 5xx after the status', { on: STATUS, when: 'after', answer: BAD_GATEWAY }],
    ['a secondary limit of statuses', { on: STATUS, answer: rateLimited(2) }],
    ['a 5xx of the history', { on: 'POST /graphql', answer: BAD_GATEWAY }],
  ])('%s', async (_, fault) => {
    local.addFault(fault);
    await ledger.record(rolledBack());
    expect(local.state.deployments).toMatchObject([{ statuses: [{ state: 'success' }] }]);
  });

  test('409 fails, and the next run records the rollback', async () => {
    local.addFault({ on: CREATE, answer: { status: 409, body: { message: 'Conflict' } } });
    await expect(ledger.record(rolledBack())).rejects.toThrow('409');
    await newLedger().record(rolledBack());
    expect(local.state.deployments).toHaveLength(1);
  });

  test('after a kill between the deployment and its status', async () => {
    local.addFault({ on: STATUS, times: 9, answer: { status: 403, body: { message: 'no' } } });
    await expect(ledger.record(rolledBack())).rejects.toThrow('403');
    // Half written down, it counts for nothing: no rollback of the window, no rollback id that is taken.
    expect(await readStates()).toEqual([]);
    for (let left = 0; left < 8; left++)
      await newLedger()
        .record(rolledBack())
        .catch(() => {});
    await newLedger().record(rolledBack());
    expect(await readStates()).toEqual([['rollback', good, 'good']]);
  });
});

/** Adds the deployment that GitHub creates for a job with `environment:`. */
function addJobDeployment(sha: string, state: 'in_progress' | 'success', runId = RUN.runId) {
  const made = { creator: local.state.user, createdAt: local.state.now() };
  const logUrl = `${local.state.serverUrl}/octo-org/octo-repo/actions/runs/${runId}/job/5`;
  const status = { description: '', environmentUrl: '', logUrl, ...made };
  const deployment = {
    ...{ id: local.state.nextId(), ref: 'main', sha, task: 'deploy', environment: 'production' },
    ...{ payload: '', description: '', isTransient: false, isProduction: true, ...made },
    statuses: [{ id: local.state.nextId(), state, ...status }],
  };
  local.state.deployments.push(deployment);
  return deployment;
}

test('uses the deployment of a job with environment:', async () => {
  const { id } = addJobDeployment(bad, 'in_progress');
  const entry = await ledger.open(release(bad));
  expect(entry.deploymentId).toBe(id);
  await ledger.mark(entry, 'bad', 'unhealthy');
  expect(await readStates()).toEqual([['deploy', bad, 'bad']]);
});

describe('a job with environment: that rolled back', () => {
  test('is not a release when it has succeeded', async () => {
    await deployed(good);
    const job = addJobDeployment(bad, 'in_progress');
    await ledger.record(rolledBack());
    local.advance(1_000);
    const [started] = job.statuses;
    if (started === undefined) throw new Error('the job has no status');
    const { nextId, now } = local.state;
    job.statuses.push({ ...started, id: nextId(), state: 'success', createdAt: now() });
    expect(await readStates()).toEqual([
      ['rollback', good, 'good'],
      ['deploy', good, 'good'],
    ]);
  });

  test('is not a release after unfreezing', async () => {
    await ledger.record(rolledBack());
    local.advance(1_000);
    addJobDeployment(bad, 'success');
    await newLedger().unfreeze('run 4711 of octocat');
    expect(await readStates()).toEqual([['rollback', good, 'good']]);
  });

  test('is a release in its next attempt, and in other runs', async () => {
    await ledger.record(rolledBack());
    local.advance(1_000);
    addJobDeployment(bad, 'success');
    addJobDeployment(bad, 'success', '47110');
    expect(await readStates()).toEqual([
      ['deploy', bad, 'good'],
      ['deploy', bad, 'good'],
      ['rollback', good, 'good'],
    ]);
  });

  test('is a release if it was marked good', async () => {
    addJobDeployment(good, 'in_progress');
    await ledger.mark(await ledger.open(release(good)), 'good', 'healthy');
    await ledger.record(rolledBack());
    expect(await readStates()).toContainEqual(['deploy', good, 'good']);
  });
});

test('entries have the tree of the commit, also for deployments of other tools', async () => {
  const { state } = local;
  const same = git(repository.remote, 'commit-tree', `${good}^{tree}`, '-m', 'the same again');
  for (const sha of [good, bad, same]) {
    state.deployments.push({
      ...{ id: state.nextId(), ref: sha, sha, task: 'deploy', environment: 'production' },
      ...{ payload: '', description: '', isTransient: false, isProduction: true, statuses: [] },
      ...{ creator: state.user, createdAt: state.now() },
    });
  }
  const { entries } = await ledger.history();
  const [first, second, third] = entries.map(({ tree }) => tree);
  expect(first).toBe(git(repository.remote, 'rev-parse', `${good}^{tree}`));
  expect(third).toBe(first);
  expect(second).not.toBe(first);
});

test('record and lock use 7 calls, and one for the rules of the environment', async () => {
  await deployed(good);
  const entry = await ledger.open(release(bad));
  const before = local.calls.length;
  const now = newLedger();
  const lock = createGitHubLock({
    ...{ github: connectTo(local), environment: 'production', sha: bad },
    clock: { now: () => 1, monotonic: () => 1, sleep: async () => {} },
  });
  await lock.acquire({ runId: '4711', runAttempt: '1', job: 'deploy', runner: 'r1' });
  await now.limits?.();
  await now.history();
  await now.mark(entry, 'bad', 'unhealthy');
  await now.record(rolledBack());
  await lock.release();
  const calls = local.calls.slice(before).map(({ operation }) => operation);
  expect(calls).toHaveLength(8);
  expect(calls.filter((operation) => operation === 'POST /graphql')).toHaveLength(1);
});

test('lists the protection rules that need environment: on the job', async () => {
  expect(await ledger.limits?.()).toEqual([]);
  local.state.environments.production = { reviewers: [local.state.user] };
  expect(await ledger.limits?.()).toEqual([
    'A rollback waits for these protection rules of production only if its job has "environment: {name: production, deployment: false}": required reviewers.',
  ]);
  await local[Symbol.asyncDispose]();
  await start({ permissions: { deployments: 'write', contents: 'read' } });
  expect(await ledger.limits?.()).toEqual([expect.stringContaining('cannot be read')]);
});

test('without the permission, the error has the missing permission', async () => {
  await local[Symbol.asyncDispose]();
  await start({ permissions: { contents: 'write' } });
  await expect(ledger.history()).rejects.toMatchObject({
    remedy: 'Give the job permissions: deployments: read.',
  });
});

test('checks whether a revision is in a branch', async () => {
  expect(await ledger.isReachable?.(good, 'main')).toBe(true);
  git(repository.remote, 'update-ref', 'refs/heads/main', good);
  expect(await ledger.isReachable?.(bad, 'main')).toBe(false);
  expect(await ledger.isReachable?.('e'.repeat(40), 'main')).toBe(false);
});
