import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pausableRunner } from '@repo/testkit/setups/pause';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { type FakeObject, startFakeDocker } from '../e2e/fake-docker.ts';
import { startStallingProxy } from '../real/docker-proxy.ts';
import { cell, isRootOnLinux, knownDefect } from './cell.ts';
import { changeAfterSurvey } from './docker/race.ts';
import {
  cleanUp,
  expectShopServes,
  hasDocker,
  leaveTestObjects,
  namesOf,
  startShop,
  TESTING,
  useDockerd,
} from './docker/stage.ts';

const possible = { possible: hasDocker };
const getDaemon = useDockerd();

cell(
  'paused',
  'a new production container with the name of a test container stays after a pause',
  async () => {
    const daemon = getDaemon();
    const { docker } = daemon;
    await docker('create', '--name', 'web', ...TESTING, '--network', 'none', 'box:1');
    await docker('create', '--name', 'test', ...TESTING, '--network', 'none', 'box:1');
    const folder = await mkdtemp(join(tmpdir(), 'paused-'));
    const { preset, pause, resume } = pausableRunner(join(folder, 'pid'));
    await using race = await changeAfterSurvey(daemon, async () => {
      pause();
      await docker('rm', 'web');
      await docker('run', '-d', '--name', 'web', '--network', 'none', 'box:1');
      resume();
    });
    try {
      await using runner = await selfHostedRunner(preset);
      const result = await cleanUp(await runner.startJob(), race, { 'fail-on': 'leftover' });
      expect(race.happened()).toBe(true);
      expect(result.outcome, result.log).toBe('success');
      expect(await docker('ps', '-a', '--format', '{{.Names}} {{.State}}')).toBe('web running');
      await race[Symbol.asyncDispose]();
      const lost = await cleanUp(await runner.startJob(), race, { 'fail-on': 'leftover' });
      expect(lost.outcome, lost.log).toBe('failure');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  { possible: hasDocker && isRootOnLinux },
);

cell(
  'slow-disk',
  'stops at the time limit, fails, and the next run removes the rest',
  async () => {
    const daemon = getDaemon();
    await startShop(daemon);
    await leaveTestObjects(daemon, 'job1');
    await using stalling = await startStallingProxy(daemon, 1);
    await using runner = await selfHostedRunner();
    const slow = await cleanUp(await runner.startJob(), stalling, {
      timeout: '3s',
      'fail-on': 'error',
    });
    expect(slow.outcome, slow.log).toBe('failure');
    expect(slow.log).toContain('time limit');
    expect(await namesOf(daemon, 'job1')).toHaveLength(3);
    await expectShopServes(daemon);
    const next = await cleanUp(await runner.startJob({ run_id: '1000000002' }), daemon);
    expect(next.outcome, next.log).toBe('success');
    expect(await namesOf(daemon)).toEqual(['shop', 'shop-data', 'shop-net', 'shop:1']);
    await expectShopServes(daemon);
  },
  possible,
);

function makeContainers(
  count: number,
  name: string,
  labels: FakeObject['labels'] = {},
): readonly FakeObject[] {
  return Array.from({ length: count }, (_, index) => {
    return { kind: 'container', id: `${name}-${index}`, labels };
  });
}

cell('big', 'removes none of 5,000 containers above max-deletions, and 20 below it', async () => {
  const young = makeContainers(5_000, 'young', { environment: 'testing' });
  const old = makeContainers(20, 'old', { environment: 'testing', old: '1' });
  await using daemon = await startFakeDocker([...young, ...old]);
  await using runners = await hostedRunners();
  const job = await runners.startJob();
  const refused = await cleanUp(job, daemon);
  expect(refused.outcome, refused.log).toBe('failure');
  expect(daemon.left()).toHaveLength(5_020);
  const result = await cleanUp(job, daemon, { labels: 'old=1' });
  expect(result.outcome).toBe('success');
  expect(daemon.left()).toHaveLength(5_000);
  expect(daemon.left().every((id) => id.startsWith('young-'))).toBe(true);
});

knownDefect(
  'big',
  'removes one of 800 containers without an inspection of each',
  'all containers that stay are inspected for shared namespaces',
  async () => {
    await using daemon = await startFakeDocker([
      ...makeContainers(1, 'test', { environment: 'testing' }),
      ...makeContainers(800, 'shop'),
    ]);
    await using runners = await hostedRunners();
    await cleanUp(await runners.startJob(), daemon);
    const inspected = daemon.requests.filter((request) => /containers\/[^/]+\/json/.test(request));
    expect(daemon.left()).toHaveLength(800);
    expect(inspected.length).toBeLessThan(100);
  },
);
