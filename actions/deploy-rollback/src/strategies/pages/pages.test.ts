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
  ran(GOOD);
}

function newPorts(variables = local.jobVariables(Number(RUN.runId))): Ports {
  const clock = fakeClock({ start: local.state.now() });
  return createPorts({ workspace: folder, github: connectTo(local), clock, variables });
}

/** A run that has deployed a site. */
function ran(headSha: string, content = `the site of ${headSha}`): number {
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

/** What is seen there. */
function site(): string | undefined {
  const { pagesDeployments, artifacts } = local.state;
  const live = pagesDeployments.findLast(({ statuses }) => statuses[0] === 'succeed');
  const artifact = artifacts.find(({ id }) => id === live?.artifact);
  return artifact && Buffer.from(artifact.content).toString();
}

async function snapshot(): Promise<Target> {
  const part = (await strategy.capture?.(folder, ports)) as Part;
  return { ...target, kept: { folder, part, takenMs: 0 } };
}

const CREATE = 'POST /repos/{owner}/{repo}/pages/deployments';

describe('the artifact of the good run', () => {
  test('is published again', async () => {
    ran(BAD);
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

  test('what is on its way of the failing one is stopped', async () => {
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
  ] as const)('what is on its way of itself is waited for: %s', async (_, fault) => {
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

  test('fails, and does not end: told, and stopped', async () => {
    local.state.pagesStatuses = ['deployment_in_progress', 'deployment_failed'];
    await expect(strategy.apply(target, ports)).rejects.toThrow('ended with deployment_failed');
    local.state.pagesStatuses = ['deployment_in_progress'];
    await expect(strategy.apply(target, ports)).rejects.toThrow('come to an end in 10m');
    expect(local.state.pagesDeployments.at(-1)?.statuses).toEqual(['deployment_cancelled']);
  });
});

describe('artifacts live for a day: the copy of the snapshot', () => {
  test('is kept for its owner alone, and published when the artifact has expired', async () => {
    const kept = await snapshot();
    expect((await stat(join(folder, 'site.zip'))).mode & 0o777).toBe(0o600);
    local.advance(2 * DAY);
    expect(await strategy.preflight(kept, ports)).toMatchObject({
      step: 'publishes the copy of the snapshot as an artifact of this run',
      warnings: ['the artifact github-pages of run 1001 has expired.'],
    });
    for (let time = 1; time <= 2; time++) {
      await strategy.apply(kept, newPorts());
      expect(site()).toBe(`the site of ${GOOD}`);
    }
    const own = local.state.artifacts.filter(({ run }) => run === Number(RUN.runId));
    expect(own.map(({ name }) => name)).toEqual([`rb-1-${GOOD.slice(0, 7)}`]);
  });

  test.each<[string, (kept: Target) => Promise<unknown> | Target, string]>([
    ['there is none', () => target, 'no snapshot has a copy of it'],
    [
      'it was changed',
      (kept) => writeFile(join(folder, 'site.zip'), 'x').then(() => kept),
      'its checksum differs',
    ],
    ['it is gone', (kept) => rm(join(folder, 'site.zip')).then(() => kept), 'its checksum differs'],
    [
      'it is of another release',
      (kept) => ({
        ...kept,
        kept: kept.kept && {
          ...kept.kept,
          part: { kept: true, revision: BAD, sha256: '0'.repeat(64) },
        },
      }),
      'is of bbbbbbb',
    ],
    [
      'its part was tampered with',
      (kept) => ({ ...kept, kept: kept.kept && { ...kept.kept, part: { kept: 'yes' } } }),
      'cannot be read',
    ],
  ])('found before anything is touched: %s', async (_, change, problem) => {
    const changed = (await change(await snapshot())) as Target;
    local.advance(2 * DAY);
    expect(await strategy.preflight(changed, ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringContaining(problem),
      remedy: expect.stringContaining('retention-days'),
    });
    await expect(strategy.apply(changed, ports)).rejects.toThrow(problem);
    expect(local.state.pagesDeployments).toEqual([]);
  });

  test('nothing to keep is no reason not to deploy', async () => {
    local.advance(2 * DAY);
    expect(await strategy.capture?.(folder, ports)).toMatchObject({ kept: false });
    local.state.runs.length = 0;
    expect(await strategy.capture?.(folder, ports)).toMatchObject({ why: 'nothing was deployed' });
  });
});

test('without an OIDC token: told before anything is touched, with the permission', async () => {
  expect(await strategy.preflight(target, newPorts({}))).toMatchObject({
    kind: 'impossible',
    remedy: 'Give the job permissions: pages: write, id-token: write.',
  });
});

test.each([
  {},
  { workflow: 'x' },
  { workflow: 'a.yml', artifact: '../x' },
  { workflow: 'a.yml', x: 1 },
])('options that are none: %j', (given) => {
  expect(v.safeParse(pages.schema, given).success).toBe(false);
});
