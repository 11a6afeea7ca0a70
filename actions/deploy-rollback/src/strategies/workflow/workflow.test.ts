import { fakeClock } from '@repo/testkit/clock';
import { commit, git, type Repository, startRepository } from '@repo/testkit/git/repository';
import { BAD_GATEWAY } from '@repo/testkit/github/faults';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectTo } from '../../testing/github.ts';
import { createPorts, testTarget } from '../../testing/ports.ts';
import type { Ports, Strategy, Target } from '../strategy.ts';
import { workflow } from './workflow.ts';

let repository: Repository;
let good: string;
let bad: string;
let local: LocalGitHub;
let ports: Ports;
let target: Target;
let log: string[];
/** The releases that the workflow deployed, in order. */
let deployed: unknown[];
let conclusions: ('success' | 'failure')[];

beforeEach(async () => {
  repository = startRepository();
  const clone = repository.clone();
  good = git(clone, 'rev-parse', 'HEAD');
  bad = commit(clone, { 'a.txt': 'a' });
  git(clone, 'push', '--quiet', 'origin', 'main');
  target = testTarget(good, bad);
  await start();
});
afterEach(async () => {
  await local[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
});

async function start(options: LocalGitHubOptions = {}) {
  local = await startLocalGitHub({ bare: repository.remote, ...options });
  deployed = [];
  conclusions = [];
  log = [];
  local.state.workflows.push({
    ...{ id: 7, file: 'deploy.yml', inputs: { sha: {}, rollback: {} } },
    runName: ({ rollback }) => `Deploy (${rollback ?? ''})`,
  });
  // Completes each run immediately.
  local.state.onRun = (run) => {
    run.conclusion = conclusions.shift() ?? 'success';
    run.status = 'completed';
    if (run.conclusion === 'success') deployed.push(run.inputs.sha ?? run.headSha);
  };
  const clock = fakeClock({ start: local.state.now() });
  ports = createPorts({ workspace: '/', github: connectTo(local), clock, log });
}

const createStrategy = (options: unknown): Strategy => v.parse(workflow.schema, options);
const createDispatch = (given: object = {}) =>
  createStrategy({
    file: 'deploy.yml',
    inputs: { sha: '{revision}', rollback: '{rollback-id}' },
    ...given,
  });
const DISPATCH = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';

describe('with inputs: starts the workflow with the good SHA', () => {
  test('and waited for', async () => {
    const strategy = createDispatch();
    expect(await strategy.preflight(target, ports)).toEqual({
      ...{ kind: 'ready', warnings: [] },
      step: `starts deploy.yml with sha: ${good}, rollback: rb-1`,
    });
    expect(local.state.runs).toEqual([]);
    const { done } = await strategy.apply(target, ports);
    expect(done).toContain(`has deployed ${good.slice(0, 7)}`);
    expect(deployed).toEqual([good]);
    expect(local.state.runs).toMatchObject([{ branch: 'main', inputs: { rollback: 'rb-1' } }]);
    expect(log.at(-1)).toMatch(/actions\/runs\/\d+ is completed$/);
  });

  test('a second run starts the workflow again only after a failure', async () => {
    conclusions = ['failure', 'success'];
    await expect(createDispatch().apply(target, ports)).rejects.toThrow('completed with failure');
    await createDispatch().apply(target, ports);
    await createDispatch().apply(target, ports);
    expect(local.state.runs).toHaveLength(2);
    expect(deployed).toEqual([good]);
  });

  test.each([
    ['a fault after the start', 'after', BAD_GATEWAY],
    ['a broken connection after the start', 'after', 'reset'],
    ['a fault before the start', 'before', BAD_GATEWAY],
  ] as const)('only once despite %s', async (_, when, answer) => {
    local.addFault({ on: DISPATCH, when, answer });
    await createDispatch().apply(target, ports);
    expect(deployed).toEqual([good]);
  });

  test('on a server that does not return the run', async () => {
    await local[Symbol.asyncDispose]();
    await start({ enterprise: true });
    const strategy = createStrategy({ file: 'deploy.yml', inputs: { sha: '{revision}' } });
    await strategy.apply(target, ports);
    await createDispatch().apply(target, ports);
    expect(deployed).toEqual([good, good]);
  });

  test('requires the rollback id in the title if several runs are new', async () => {
    await local[Symbol.asyncDispose]();
    await start({ enterprise: true });
    const { onRun } = local.state;
    local.state.onRun = (run) => {
      onRun(run);
      local.state.runs.push({ ...run, id: local.state.nextId() });
    };
    const strategy = createStrategy({ file: 'deploy.yml', inputs: { sha: '{revision}' } });
    await expect(strategy.apply(target, ports)).rejects.toMatchObject({
      remedy: expect.stringContaining("{rollback: '{rollback-id}'}"),
    });
    await createDispatch().apply(target, ports);
  });

  test('reports a timeout', async () => {
    local.state.onRun = () => {};
    await expect(createDispatch({ timeout: '1m' }).apply(target, ports)).rejects.toThrow(
      'did not complete within 1m',
    );
    expect(log.length).toBeGreaterThan(1);
  });
});

describe('with rerun: runs the good run again', () => {
  const createRerunStrategy = () => createStrategy({ file: 'deploy.yml', rerun: true });
  const addRun = (headSha: string, given: Partial<LocalGitHub['state']['runs'][number]> = {}) =>
    local.state.runs.push({
      ...{ id: local.state.nextId(), workflow: 7, event: 'push', branch: 'main', inputs: {} },
      ...{ status: 'completed', conclusion: 'success', createdAt: local.state.now(), headSha },
      ...given,
    });

  test('and waited for', async () => {
    addRun(good);
    addRun(good, { conclusion: 'failure' });
    addRun(bad);
    expect(await createRerunStrategy().preflight(target, ports)).toMatchObject({
      step: `runs deploy.yml of ${good.slice(0, 7)} again (run 1001)`,
    });
    await createRerunStrategy().apply(target, ports);
    expect(deployed).toEqual([good]);
    expect(local.state.runs.map(({ attempt = 1 }) => attempt)).toEqual([2, 1, 1]);
  });

  test('waits for a run in progress after a kill', async () => {
    addRun(good, { status: 'in_progress', conclusion: null, attempt: 2 });
    const [run] = local.state.runs;
    const ended = { status: 'completed', conclusion: 'success' };
    // Completes the run after the first log line.
    log.push = () => (run ? Object.assign(run, ended) : 0) && 1;
    await createRerunStrategy().apply(target, ports);
    expect(run?.attempt).toBe(2);
    expect(deployed).toEqual([]);
  });

  test.each([
    ['no successful run', () => addRun(good, { conclusion: 'failure' }), 'no run of deploy.yml'],
    [
      'an old run',
      () => {
        addRun(good);
        local.advance(31 * 24 * 3_600_000);
      },
      'more than 30 days old',
    ],
  ])('the preflight rejects %s', async (_, prepare, problem) => {
    prepare();
    expect(await createRerunStrategy().preflight(target, ports)).toMatchObject({
      ...{ kind: 'impossible', problem: expect.stringContaining(problem) },
    });
  });
});

describe('the preflight finds', () => {
  test.each([
    ['a missing workflow', { file: 'gone.yml' }, 'the workflow gone.yml does not exist'],
    ['a disabled workflow', { file: 'off.yml' }, 'is disabled'],
  ])('%s', async (_, given, problem) => {
    local.state.workflows.push({
      id: 8,
      file: 'off.yml',
      inputs: {},
      state: 'disabled_inactivity',
    });
    expect(await createDispatch(given).preflight(target, ports)).toMatchObject({
      ...{ kind: 'impossible', problem: expect.stringContaining(problem) },
    });
  });

  test.each(['e'.repeat(40), ''])('a missing commit (%s)', async (revision) => {
    expect(await createDispatch().preflight(testTarget(revision, bad), ports)).toMatchObject({
      ...{ kind: 'impossible', problem: expect.stringContaining('does not contain the commit') },
    });
  });
});

test.each([
  {},
  { file: 'deploy.yml' },
  { file: 'deploy.yml', inputs: {} },
  { file: 'deploy.yml', inputs: { sha: 'main' } },
  { file: '.github/workflows/deploy.yml', rerun: true },
  { file: 'deploy.yml', rerun: true, inputs: { sha: '{revision}' } },
  { file: 'deploy.yml', rerun: false },
  { file: 'deploy.yml', inputs: { sha: '{revision}' }, timeout: '15' },
])('rejects %j', (given) => {
  expect(v.safeParse(workflow.schema, given).success).toBe(false);
});
