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
/** What the workflow has deployed, one after the other. */
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
  // The runner: everything ends at once.
  local.state.onRun = (run) => {
    run.conclusion = conclusions.shift() ?? 'success';
    run.status = 'completed';
    if (run.conclusion === 'success') deployed.push(run.inputs.sha ?? run.headSha);
  };
  const clock = fakeClock({ start: local.state.now() });
  ports = createPorts({ workspace: '/', github: connectTo(local), clock, log });
}

const strategyOf = (options: unknown): Strategy => v.parse(workflow.schema, options);
const dispatching = (given: object = {}) =>
  strategyOf({
    file: 'deploy.yml',
    inputs: { sha: '{revision}', rollback: '{rollback-id}' },
    ...given,
  });
const DISPATCH = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';

describe('a workflow is started with the good SHA', () => {
  test('and waited for', async () => {
    const strategy = dispatching();
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

  test('carried out again, the run that succeeded counts; one that failed is started anew', async () => {
    conclusions = ['failure', 'success'];
    await expect(dispatching().apply(target, ports)).rejects.toThrow('ended with failure');
    await dispatching().apply(target, ports);
    await dispatching().apply(target, ports);
    expect(local.state.runs).toHaveLength(2);
    expect(deployed).toEqual([good]);
  });

  test.each([
    ['a fault after it was started', 'after', BAD_GATEWAY],
    ['a broken connection after it', 'after', 'reset'],
    ['a fault before', 'before', BAD_GATEWAY],
  ] as const)('once, whatever happens on the way: %s', async (_, when, answer) => {
    local.addFault({ on: DISPATCH, when, answer });
    await dispatching().apply(target, ports);
    expect(deployed).toEqual([good]);
  });

  test('on a server that does not say which run it is', async () => {
    await local[Symbol.asyncDispose]();
    await start({ enterprise: true });
    const strategy = strategyOf({ file: 'deploy.yml', inputs: { sha: '{revision}' } });
    await strategy.apply(target, ports);
    await dispatching().apply(target, ports);
    expect(deployed).toEqual([good, good]);
  });

  test('which of several it is cannot be told without the rollback id in the title', async () => {
    await local[Symbol.asyncDispose]();
    await start({ enterprise: true });
    const { onRun } = local.state;
    local.state.onRun = (run) => {
      onRun(run);
      local.state.runs.push({ ...run, id: local.state.nextId() });
    };
    const strategy = strategyOf({ file: 'deploy.yml', inputs: { sha: '{revision}' } });
    await expect(strategy.apply(target, ports)).rejects.toMatchObject({
      remedy: expect.stringContaining("{rollback: '{rollback-id}'}"),
    });
    await dispatching().apply(target, ports);
  });

  test('one that does not end in time, and one that waits for somebody', async () => {
    local.state.onRun = () => {};
    await expect(dispatching({ timeout: '1m' }).apply(target, ports)).rejects.toThrow(
      'did not end within 1m',
    );
    expect(log.length).toBeGreaterThan(1);
  });
});

describe('the good run is run again', () => {
  const again = () => strategyOf({ file: 'deploy.yml', rerun: true });
  const ran = (headSha: string, given: Partial<LocalGitHub['state']['runs'][number]> = {}) =>
    local.state.runs.push({
      ...{ id: local.state.nextId(), workflow: 7, event: 'push', branch: 'main', inputs: {} },
      ...{ status: 'completed', conclusion: 'success', createdAt: local.state.now(), headSha },
      ...given,
    });

  test('and waited for', async () => {
    ran(good);
    ran(good, { conclusion: 'failure' });
    ran(bad);
    expect(await again().preflight(target, ports)).toMatchObject({
      step: `runs deploy.yml of ${good.slice(0, 7)} again (run 1001)`,
    });
    await again().apply(target, ports);
    expect(deployed).toEqual([good]);
    expect(local.state.runs.map(({ attempt = 1 }) => attempt)).toEqual([2, 1, 1]);
  });

  test('killed while it runs: it is waited for, and not started once more', async () => {
    ran(good, { status: 'in_progress', conclusion: null, attempt: 2 });
    const [run] = local.state.runs;
    const ended = { status: 'completed', conclusion: 'success' };
    // Whoever waits has seen it go on.
    log.push = () => (run ? Object.assign(run, ended) : 0) && 1;
    await again().apply(target, ports);
    expect(run?.attempt).toBe(2);
    expect(deployed).toEqual([]);
  });

  test.each([
    [
      'no run of it has succeeded',
      () => ran(good, { conclusion: 'failure' }),
      'no run of deploy.yml',
    ],
    [
      'it was too long ago',
      () => {
        ran(good);
        local.advance(31 * 24 * 3_600_000);
      },
      'more than 30 days old',
    ],
  ])('not where %s', async (_, prepare, problem) => {
    prepare();
    expect(await again().preflight(target, ports)).toMatchObject({
      ...{ kind: 'impossible', problem: expect.stringContaining(problem) },
    });
  });
});

describe('found before anything is touched', () => {
  test.each([
    ['a workflow that is not there', { file: 'gone.yml' }, 'there is no workflow gone.yml'],
    ['a workflow that is off', { file: 'off.yml' }, 'is switched off'],
  ])('%s', async (_, given, problem) => {
    local.state.workflows.push({
      id: 8,
      file: 'off.yml',
      inputs: {},
      state: 'disabled_inactivity',
    });
    expect(await dispatching(given).preflight(target, ports)).toMatchObject({
      ...{ kind: 'impossible', problem: expect.stringContaining(problem) },
    });
  });

  test.each(['e'.repeat(40), ''])('a commit that is gone (%s)', async (revision) => {
    expect(await dispatching().preflight(testTarget(revision, bad), ports)).toMatchObject({
      ...{ kind: 'impossible', problem: expect.stringContaining('does not have the commit') },
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
])('options that are none: %j', (given) => {
  expect(v.safeParse(workflow.schema, given).success).toBe(false);
});
