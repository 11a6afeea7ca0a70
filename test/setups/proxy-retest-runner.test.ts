import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import { dnsDown, ipv6Only, noNetwork } from '@repo/testkit/setups/network';
import { pausableRunner } from '@repo/testkit/setups/pause';
import type { Preset } from '@repo/testkit/setups/preset';
import { hostedRunners } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { listText, record } from '../e2e/proxy/testbed.ts';
import { cell, isRootOnLinux } from './cell.ts';
import { checkOut, checkOutAndRetest, retest, startSite } from './proxy/site.ts';

const root = { possible: isRootOnLinux };

cell('proxied', 'tests directly and sends the notification through the proxy', async () => {
  await using site = await startSite();
  await using hook = await startHttpServer({ script: respond(204) });
  await using proxy = await startProxy({
    protocol: 'http',
    hosts: { 'hooks.example': '127.0.0.1' },
  });
  const address = `http://127.0.0.1:${proxy.port}`;
  const env = { HTTP_PROXY: address, HTTPS_PROXY: address };
  await using runners = await hostedRunners((plan) => ({ ...plan, env }));
  const notify = {
    notify: `webhook=http://hooks.example:${hook.port}/`,
    'notify-on': 'always',
  };
  const result = await checkOutAndRetest(site, await runners.startJob(), notify);
  expect(result.outcome, result.log).toBe('success');
  expect(site.serveStatus()).toEqual([true, false]);
  expect(proxy.asked).toEqual([`hooks.example:${hook.port}`]);
  expect(hook.requests).toHaveLength(1);
  for (const target of site.testbed.targets) await target[Symbol.asyncDispose]();
  const down = await checkOutAndRetest(site, await runners.startJob(), {
    ...notify,
    select: 'all',
  });
  expect(down.outcome, down.log).toBe('failure');
  expect(site.serveStatus()).toEqual([true, false]);
  expect(new Set(proxy.asked)).toEqual(new Set([`hooks.example:${hook.port}`]));
});

/** A run on a runner with this fault changes nothing; a run on a healthy runner publishes. */
async function expectUnknown(
  preset: Preset,
  inputs: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using site = await startSite();
  const before = site.serve();
  await using broken = await hostedRunners(preset);
  const result = await checkOutAndRetest(site, await broken.startJob(), inputs);
  expect(result.outputs, result.log).toMatchObject({ verdict: 'unknown', changed: 'false' });
  expect(result.outcome).toBe('failure');
  expect(site.serve()).toBe(before);
  expect(site.commits()).toBe(1);
  await using healthy = await hostedRunners();
  const next = await checkOutAndRetest(site, await healthy.startJob());
  expect(next.outcome, next.log).toBe('success');
  expect(site.serveStatus()).toEqual([true, false]);
}

cell(
  'no-network',
  'marks no endpoint as dead, and the next run tests them',
  () => expectUnknown(noNetwork()),
  root,
);

cell(
  'dns-down',
  'marks no endpoint as dead, and the next run tests them',
  () => expectUnknown(dnsDown(), { targets: 'https://a.example/\nhttps://b.example/' }),
  root,
);

cell(
  'ipv6-only',
  'marks no endpoint as dead if the targets have IPv4 only',
  () => expectUnknown(ipv6Only()),
  root,
);

cell(
  'dns-down',
  'marks no endpoint with a host name as dead, although targets with addresses answer',
  async () => {
    await using site = await startSite();
    await using runners = await hostedRunners(dnsDown());
    const job = await runners.startJob();
    checkOut(site, job);
    const link = site.links[0].replace('127.0.0.1', 'proxy.example');
    await writeFile(join(job.workspace, 'proxies.json'), listText([record(link)]));
    const result = await retest(site, job, { 'min-retain-ratio': '0' });
    expect(result.outputs, result.log).toMatchObject({ died: '0', changed: 'false' });
    expect(site.commits()).toBe(1);
  },
  root,
);

cell(
  'paused',
  'a pause longer than the timeouts marks no working endpoint as dead',
  async () => {
    await using site = await startSite();
    const folder = await mkdtemp(join(tmpdir(), 'paused-'));
    try {
      const { preset, pause, resume } = pausableRunner(join(folder, 'pid'));
      await using runners = await hostedRunners(preset);
      const job = await runners.startJob();
      checkOut(site, job);
      let paused: Promise<void> | undefined;
      const result = await retest(
        site,
        job,
        { 'total-timeout': '1s', 'connect-timeout': '500ms', select: 'all' },
        {
          onLine: (line) => {
            if (!line.includes('Testing')) return;
            pause();
            // The pause is the fault itself: longer than every timeout of a test.
            paused ??= new Promise((done) => setTimeout(done, 1_500)).then(resume);
          },
        },
      );
      await paused;
      expect(paused, result.log).toBeDefined();
      expect(site.serveStatus()[0], result.log).toBe(true);
      const next = await checkOutAndRetest(site, await runners.startJob(), { select: 'all' });
      expect(next.outcome, next.log).toBe('success');
      expect(site.serveStatus()).toEqual([true, false]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  root,
);
