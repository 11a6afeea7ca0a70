import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeClock } from '@repo/testkit/clock';
import { BAD_GATEWAY } from '@repo/testkit/github/faults';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectTo, RUN } from '../../testing/github.ts';
import { createPorts, testTarget } from '../../testing/ports.ts';
import type { Part, Ports, Strategy, Target } from '../strategy.ts';
import { pages } from './pages.ts';

const DAY = 24 * 3_600_000;
const GOOD = 'a'.repeat(40);
const BAD = 'b'.repeat(40);

let folder: string;
let local: LocalGitHub;
let ports: Ports;
const target = testTarget(GOOD, BAD);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pages-'));
  await start();
});
afterEach(async () => {
  await local[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function start(options: LocalGitHubOptions = {}) {
  local = await startLocalGitHub(options);
  local.state.workflows.push({ id: 7, file: 'pages.yml', inputs: undefined });
  ports = newPorts();
  addRun(GOOD);
}

function newPorts(variables = local.jobVariables(Number(RUN.runId))): Ports {
  const clock = fakeClock({ start: local.state.now() });
  return createPorts({ workspace: folder, github: connectTo(local), clock, variables });
}

/** Adds a run that deployed a site. */
function addRun(headSha: string, content = `the site of ${headSha}`): number {
  const { state } = local;
  const id = state.nextId();
  state.runs.push({
    ...{ id, workflow: 7, event: 'push', branch: 'main', inputs: {}, headSha },
    ...{ status: 'completed', conclusion: 'success', createdAt: state.now() },
  });
  state.artifacts.push({
    ...{ id: state.nextId(), run: id, name: 'github-pages', content: Buffer.from(content) },
    ...{ createdAt: state.now(), expiresAt: state.now() + DAY },
  });
  return id;
}

const strategy: Strategy = v.parse(pages.schema, { workflow: 'pages.yml' });

/** The published content. */
function site(): string | undefined {
  const { pagesDeployments, artifacts } = local.state;
  const live = pagesDeployments.findLast(({ statuses }) => statuses[0] === 'succeed');
  const artifact = artifacts.find(({ id }) => id === live?.artifact);
  return artifact && Buffer.from(artifact.content).toString();
}

async function takeSnapshot(): Promise<Target> {
  const part = (await strategy.capture?.(folder, ports)) as Part;
  return { ...target, snapshot: { folder, part, takenMs: 0 } };
}

const CREATE = 'POST /repos/{owner}/{repo}/pages/deployments';

describe('the artifact of the good run', () => {
  test('is published again', async () => {
    addRun(BAD);
    expect(await strategy.preflight(target, ports)).toMatchObject({
      step: 'publishes the artifact github-pages of run 1001 again',
    });
    expect(local.state.pagesDeployments).toEqual([]);
    await strategy.apply(target, ports);
    expect(site()).toBe(`the site of ${GOOD}`);
    await strategy.apply(target, ports);
    expect(site()).toBe(`the site of ${GOOD}`);
    expect(local.state.pagesDeployments.map(({ id }) => id)).toEqual([GOOD, GOOD]);
  });

  test('cancels a deployment of the bad release in progress', async () => {
    const statuses: LocalGitHub['state']['pagesStatuses'][number][] = ['updating_pages'];
    local.state.pagesDeployments.push({ id: BAD, artifact: 1, statuses });
    await strategy.apply(target, ports);
    expect(statuses).toEqual(['deployment_cancelled']);
    expect(site()).toBe(`the site of ${GOOD}`);
  });

  test.each([
    ['after a kill', undefined],
    ['after a fault', { on: CREATE, when: 'after', answer: BAD_GATEWAY }],
    ['after a broken connection', { on: CREATE, when: 'after', answer: 'reset' }],
  ] as const)('continues its own deployment %s', async (_, fault) => {
    if (fault) local.addFault(fault);
    else {
      const [artifact] = local.state.artifacts;
      const statuses = [...local.state.pagesStatuses];
      local.state.pagesDeployments.push({ id: GOOD, artifact: artifact?.id ?? 0, statuses });
    }
    await strategy.apply(target, ports);
    expect(local.state.pagesDeployments).toHaveLength(1);
    expect(site()).toBe(`the site of ${GOOD}`);
  });

  test('reports a failure and a timeout, and cancels the deployment', async () => {
    local.state.pagesStatuses = ['deployment_in_progress', 'deployment_failed'];
    await expect(strategy.apply(target, ports)).rejects.toThrow('failed with deployment_failed');
    local.state.pagesStatuses = ['deployment_in_progress'];
    await expect(strategy.apply(target, ports)).rejects.toThrow('timed out after 10m');
    expect(local.state.pagesDeployments.at(-1)?.statuses).toEqual(['deployment_cancelled']);
  });
});

describe('the copy in the snapshot', () => {
  test('is private, and is published when the artifact has expired', async () => {
    const saved = await takeSnapshot();
    expect((await stat(join(folder, 'site.zip'))).mode & 0o777).toBe(0o600);
    local.advance(2 * DAY);
    expect(await strategy.preflight(saved, ports)).toMatchObject({
      step: 'publishes the copy of the snapshot as an artifact of this run',
      warnings: ['the artifact github-pages of run 1001 has expired.'],
    });
    for (let time = 1; time <= 2; time++) {
      await strategy.apply(saved, newPorts());
      expect(site()).toBe(`the site of ${GOOD}`);
    }
    const own = local.state.artifacts.filter(({ run }) => run === Number(RUN.runId));
    expect(own.map(({ name }) => name)).toEqual([`rb-1-${GOOD.slice(0, 7)}`]);
  });

  test.each<[string, (saved: Target) => Promise<unknown> | Target, string]>([
    ['no copy', () => target, 'no snapshot has a copy of it'],
    [
      'a changed copy',
      (saved) => writeFile(join(folder, 'site.zip'), 'x').then(() => saved),
      'the checksum of the copy in the snapshot differs',
    ],
    [
      'a missing copy',
      (saved) => rm(join(folder, 'site.zip')).then(() => saved),
      'the checksum of the copy in the snapshot differs',
    ],
    [
      'a copy of another release',
      (saved) => ({
        ...saved,
        snapshot: saved.snapshot && {
          ...saved.snapshot,
          part: { hasCopy: true, revision: BAD, sha256: '0'.repeat(64) },
        },
      }),
      'belongs to bbbbbbb',
    ],
    [
      'an invalid manifest',
      (saved) => ({
        ...saved,
        snapshot: saved.snapshot && { ...saved.snapshot, part: { hasCopy: 'yes' } },
      }),
      'manifest of the snapshot is invalid',
    ],
  ])('the preflight finds %s', async (_, change, problem) => {
    const changed = (await change(await takeSnapshot())) as Target;
    local.advance(2 * DAY);
    expect(await strategy.preflight(changed, ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringContaining(problem),
      remedy: expect.stringContaining('retention-days'),
    });
    await expect(strategy.apply(changed, ports)).rejects.toThrow(problem);
    expect(local.state.pagesDeployments).toEqual([]);
  });

  test('a snapshot without an artifact succeeds', async () => {
    local.advance(2 * DAY);
    expect(await strategy.capture?.(folder, ports)).toMatchObject({ hasCopy: false });
    local.state.runs.length = 0;
    expect(await strategy.capture?.(folder, ports)).toMatchObject({
      reason: 'no deployment has succeeded',
    });
  });
});

test('is not supported by GitHub Enterprise Server, which cannot deploy an artifact by its id', async () => {
  await local[Symbol.asyncDispose]();
  await start({ enterprise: true });
  const remedy = 'Use the strategy workflow instead: workflow: {file: pages.yml, rerun: true}.';
  const problem = 'GitHub Enterprise Server does not support the strategy pages';
  expect(await strategy.preflight(target, ports)).toEqual({ kind: 'impossible', problem, remedy });
  await expect(strategy.apply(target, ports)).rejects.toMatchObject({ message: problem, remedy });
  expect(await strategy.capture?.(folder, ports)).toEqual({ hasCopy: false, reason: problem });
  expect(local.calls).toEqual([]);
});

test('the preflight reports a missing OIDC token', async () => {
  expect(await strategy.preflight(target, newPorts({}))).toMatchObject({
    kind: 'impossible',
    remedy: 'Add the permissions pages: write and id-token: write to the job.',
  });
});

test.each([
  {},
  { workflow: 'x' },
  { workflow: 'a.yml', artifact: '../x' },
  { workflow: 'a.yml', x: 1 },
])('rejects %j', (given) => {
  expect(v.safeParse(pages.schema, given).success).toBe(false);
});
