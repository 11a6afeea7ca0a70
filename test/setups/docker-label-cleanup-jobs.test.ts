import { rerun } from '@repo/testkit/setups/events';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell } from './cell.ts';
import {
  cleanUp,
  createLabelled,
  expectShopServes,
  hasDocker,
  leaveTestObjects,
  namesOf,
  startShop,
  useDockerd,
} from './docker/stage.ts';

const possible = { possible: hasDocker };
const getDaemon = useDockerd();

cell(
  'hosted',
  'removes the test objects of a remote daemon; a later job cannot reach it and fails',
  async () => {
    const daemon = getDaemon();
    await startShop(daemon);
    await leaveTestObjects(daemon, 'job1');
    await using runners = await hostedRunners();
    const first = await runners.startJob();
    const result = await cleanUp(first, daemon, { 'fail-on': 'leftover' });
    expect(result.outcome, result.log).toBe('success');
    await first.end();
    expect(await namesOf(daemon)).toEqual(['shop', 'shop-data', 'shop-net', 'shop:1']);
    await leaveTestObjects(daemon, 'job2');
    const second = await runners.startJob({ run_id: '1000000002' });
    const lost = { host: `${daemon.host}.moved` };
    const failed = await cleanUp(second, lost, { 'fail-on': 'leftover' });
    expect(failed.outcome, failed.log).toBe('failure');
    expect(await namesOf(daemon, 'job2')).toHaveLength(4);
    await expectShopServes(daemon);
  },
  possible,
);

cell(
  'self-hosted',
  'the second job removes what the first one left beside production',
  async () => {
    const daemon = getDaemon();
    await startShop(daemon);
    await using runner = await selfHostedRunner();
    const first = await runner.startJob();
    await leaveTestObjects(daemon, 'job1');
    await daemon.docker('create', '--name', 'keeps-it', '-v', 'job1-data:/data', 'box:1');
    const kept = await cleanUp(first, daemon, { 'fail-on': 'leftover' });
    expect(kept.outcome, kept.log).toBe('failure');
    expect(await namesOf(daemon, 'job1')).toEqual(['job1-data']);
    await daemon.docker('rm', 'keeps-it');
    const second = await runner.startJob({ run_id: '1000000002' });
    const result = await cleanUp(second, daemon, { 'fail-on': 'leftover' });
    expect(result.outcome, result.log).toBe('success');
    expect(await namesOf(daemon, 'job1')).toEqual([]);
    await expectShopServes(daemon);
  },
  possible,
);

cell(
  'two-repositories',
  'mode: setup removes the objects of its own job only, after a failed job too',
  async () => {
    const daemon = getDaemon();
    await leaveTestObjects(daemon, 'other');
    await using runner = await selfHostedRunner();
    const shop = await runner.startJob({ repository: 'octo-org/shop' });
    const blog = await runner.startJob({ repository: 'octo-org/blog' });
    await cleanUp(
      shop,
      daemon,
      { mode: 'setup' },
      {
        laterSteps: async ({ log }) => {
          createLabelled(daemon, log, 'shop');
          await cleanUp(
            blog,
            daemon,
            { mode: 'setup' },
            {
              laterSteps: (inner) => {
                createLabelled(daemon, inner.log, 'blog');
                return 'failure';
              },
            },
          );
          expect(await namesOf(daemon, 'blog')).toEqual([]);
          expect(await namesOf(daemon, 'shop')).toEqual(['shop', 'shop-data']);
          return 'success' as const;
        },
      },
    );
    expect(await namesOf(daemon, 'shop')).toEqual([]);
    expect(await namesOf(daemon, 'other')).toHaveLength(4);
  },
  possible,
);

cell(
  'two-at-once',
  'two runs remove everything; a cancelled one removes the rest at the end of its job',
  async () => {
    const daemon = getDaemon();
    await startShop(daemon);
    await using runners = await hostedRunners();
    const jobs = await Promise.all(['1', '2', '3'].map((id) => runners.startJob({ run_id: id })));
    const [one, two, three] = jobs as [(typeof jobs)[0], (typeof jobs)[0], (typeof jobs)[0]];
    await leaveTestObjects(daemon, 'first');
    for (const result of await Promise.all([cleanUp(one, daemon), cleanUp(two, daemon)])) {
      expect(result.outputs, result.log).toMatchObject({ failed: '0', verdict: 'pass' });
    }
    expect(await namesOf(daemon, 'first')).toEqual([]);
    await leaveTestObjects(daemon, 'second');
    const cancelled = await cleanUp(
      three,
      daemon,
      { when: 'both' },
      { cancel: { when: /^removed container/ } },
    );
    expect(cancelled.outcome, cancelled.log).toBe('cancelled');
    expect(await namesOf(daemon, 'second')).toEqual([]);
    await expectShopServes(daemon);
  },
  possible,
);

cell(
  'rerun',
  'the second attempt leaves the objects of the first alone with owner: run, and removes its own',
  async () => {
    const daemon = getDaemon();
    const labels = (attempt: number) => [
      '--label',
      `docker-label-cleanup.run=octo-org/octo-repo/1000000001/${attempt}`,
    ];
    await leaveTestObjects(daemon, 'attempt1', labels(1));
    await leaveTestObjects(daemon, 'attempt2', labels(2));
    await using runners = await hostedRunners(rerun(2));
    const job = await runners.startJob();
    const result = await cleanUp(job, daemon, { owner: 'run', labels: '' });
    expect(result.outcome, result.log).toBe('success');
    expect(await namesOf(daemon, 'attempt2')).toEqual([]);
    expect(await namesOf(daemon, 'attempt1')).toHaveLength(4);
    const first = await runners.startJob({ run_attempt: '1' });
    await cleanUp(first, daemon, { owner: 'run', labels: '' });
    expect(await namesOf(daemon)).toEqual([]);
  },
  possible,
);

cell(
  'matrix',
  'each job of one run removes its own objects, although the names of job and run are the same',
  async () => {
    const daemon = getDaemon();
    await using runner = await selfHostedRunner();
    const [one, two] = [await runner.startJob(), await runner.startJob()];
    await cleanUp(
      one,
      daemon,
      { mode: 'setup' },
      {
        laterSteps: async (outer) => {
          createLabelled(daemon, outer.log, 'node-22');
          await cleanUp(
            two,
            daemon,
            { mode: 'setup' },
            {
              laterSteps: (inner) => {
                createLabelled(daemon, inner.log, 'node-24');
                return 'success';
              },
            },
          );
          expect(await namesOf(daemon)).toEqual(['node-22', 'node-22-data']);
          return 'failure' as const;
        },
      },
    );
    expect(await namesOf(daemon)).toEqual([]);
  },
  possible,
);
