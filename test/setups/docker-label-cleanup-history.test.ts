import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { startProxy, startStallingProxy } from '../real/docker-proxy.ts';
import { cell } from './cell.ts';
import {
  cleanUp,
  createLabelled,
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
  'arc',
  'the sweep of a shared daemon removes the objects of an evicted pod, whose post never ran',
  async () => {
    const daemon = getDaemon();
    await startShop(daemon);
    await using runners = await hostedRunners();
    const evicted = await runners.startJob();
    const lost = cleanUp(
      evicted,
      daemon,
      { mode: 'setup' },
      {
        laterSteps: ({ log }) => {
          createLabelled(daemon, log, 'pod1');
          throw new Error('the pod was evicted');
        },
      },
    );
    await expect(lost).rejects.toThrow('the pod was evicted');
    await evicted.end();
    expect(await namesOf(daemon, 'pod1')).toEqual(['pod1', 'pod1-data']);
    const pod = await runners.startJob({ run_id: '1000000002' });
    const young = await cleanUp(pod, daemon, { 'min-age': '1h', 'fail-on': 'leftover' });
    expect(young.outcome, young.log).toBe('failure');
    expect(await namesOf(daemon, 'pod1')).toHaveLength(2);
    await cleanUp(pod, daemon);
    expect(await namesOf(daemon, 'pod1')).toEqual([]);
    await expectShopServes(daemon);
  },
  possible,
);

cell(
  'killed',
  'a kill in the middle leaves production whole, and the next run removes the rest',
  async () => {
    const daemon = getDaemon();
    await startShop(daemon);
    await leaveTestObjects(daemon, 'one');
    await leaveTestObjects(daemon, 'two');
    await using runner = await selfHostedRunner();
    await using stalling = await startStallingProxy(daemon, 1);
    const killed = await cleanUp(
      await runner.startJob(),
      stalling,
      {},
      {
        cancel: { when: /^removed container/ },
        patience: { afterInterrupt: 0, afterTerminate: 0 },
      },
    );
    expect(killed.signal).toBe('SIGKILL');
    expect((await namesOf(daemon, 'one')).concat(await namesOf(daemon, 'two'))).toHaveLength(7);
    await cleanUp(await runner.startJob({ run_id: '1000000002' }), daemon);
    expect(await namesOf(daemon)).toEqual(['shop', 'shop-data', 'shop-net', 'shop:1']);
    await expectShopServes(daemon);
  },
  possible,
);

cell(
  'first-ever',
  'does nothing on an empty daemon, and refuses to guess what may go without labels',
  async () => {
    const daemon = getDaemon();
    await using runners = await hostedRunners();
    const job = await runners.startJob();
    const empty = await cleanUp(job, daemon, { 'fail-on': 'leftover' });
    expect(empty.outcome, empty.log).toBe('success');
    await startShop(daemon);
    const missing = await cleanUp(job, daemon, { labels: '' });
    expect(missing.outcome, missing.log).toBe('failure');
    expect(missing.log).toMatch(/labels/);
    await expectShopServes(daemon);
  },
  possible,
);

cell(
  'after-a-year',
  'refuses a plan file of another version; a container started since then stays',
  async () => {
    const daemon = getDaemon();
    await leaveTestObjects(daemon, 'old');
    await using runner = await selfHostedRunner();
    const job = await runner.startJob();
    const file = join(job.workspace, 'plan.json');
    await cleanUp(job, daemon, { mode: 'plan', 'plan-file': file });
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('cleanup-plan/v1', 'cleanup-plan/v0'));
    const refused = await cleanUp(job, daemon, { 'plan-file': file });
    expect(refused.outcome, refused.log).toBe('failure');
    expect(await namesOf(daemon, 'old')).toHaveLength(4);
    await writeFile(file, text);
    await daemon.docker('start', 'old');
    await cleanUp(job, daemon, { 'plan-file': file });
    expect(await daemon.docker('ps', '--format', '{{.Names}}')).toBe('old');
  },
  possible,
);

cell(
  'schedule',
  'the nightly sweep keeps what is young, protected or among the newest',
  async () => {
    const daemon = getDaemon();
    await startShop(daemon);
    for (const name of ['preview-1', 'preview-2', 'preview-3']) {
      await daemon.docker('create', '--name', name, ...TESTING, 'box:1');
    }
    const aheadMs = 86_400_000;
    await using later = await startProxy(daemon, 'tomorrow', {
      date: () => new Date(Date.now() + aheadMs).toUTCString(),
    });
    await using runners = await hostedRunners();
    const rules = { 'min-age': '12h', 'keep-last': '1', protect: 'name:preview-1' };
    const today = await cleanUp(await runners.startJob(), daemon, rules);
    expect(today.outcome, today.log).toBe('success');
    expect(await namesOf(daemon, 'preview')).toHaveLength(3);
    await cleanUp(await runners.startJob(), later, rules);
    expect(await namesOf(daemon, 'preview')).toEqual(['preview-1', 'preview-3']);
    await expectShopServes(daemon);
  },
  possible,
);
