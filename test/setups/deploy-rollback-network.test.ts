import { join } from 'node:path';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import { dnsDown, ipv6Only, noNetwork } from '@repo/testkit/setups/network';
import { pausableRunner } from '@repo/testkit/setups/pause';
import { type Preset, withVariables } from '@repo/testkit/setups/preset';
import { selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, isRootOnLinux, knownDefect } from './cell.ts';
import { deployPage, runMode, sha, startProduction } from './rollback/production.ts';

const [A, BAD] = ['a', 'f'].map(sha) as [string, string];
const possible = { possible: isRootOnLinux };

/** A good and a bad deploy on a runner with this fault. Returns the page and the results. */
async function deployTwice(fault: Preset, inputs: Readonly<Record<string, string>> = {}) {
  await using production = await startProduction('good 1');
  await using runner = await selfHostedRunner(fault);
  const results: (string | undefined)[] = [];
  for (const page of ['good 2', 'bad']) {
    const revision = page === 'bad' ? BAD : A;
    const last = await deployPage(await runner.startJob(), production, page, revision, {
      'verify-deadline': '1s',
      ...inputs,
    });
    results.push(last.outputs.result);
  }
  return { page: await production.visit(), results };
}

const RESTORED = { page: '200 good 2', results: ['done', 'rolled-back'] };

cell(
  'no-network',
  'restores files with the local ledger without any network',
  async () => expect(await deployTwice(noNetwork())).toEqual(RESTORED),
  possible,
);

cell(
  'dns-down',
  'restores files with the local ledger without name servers',
  async () => expect(await deployTwice(dnsDown())).toEqual(RESTORED),
  possible,
);

cell(
  'ipv6-only',
  'restores files with the local ledger without IPv4',
  async () => expect(await deployTwice(ipv6Only())).toEqual(RESTORED),
  possible,
);

cell(
  'no-network',
  'deploys nothing if GitHub, which has the ledger, cannot be reached',
  async () => {
    await using production = await startProduction('good');
    await using runner = await selfHostedRunner(noNetwork());
    const refused = await deployPage(await runner.startJob(), production, 'bad', BAD, {
      ledger: 'github',
    });
    expect(refused.outcome, refused.log).toBe('failure');
    expect(await production.visit()).toBe('200 good');
  },
  { ...possible, timeoutMs: 120_000 },
);

const UNREACHED = 'a good release is marked bad if the runner cannot reach verify-url';

knownDefect(
  'no-network',
  'keeps the good release if verify-url cannot be reached from the runner',
  UNREACHED,
  async () => {
    const { page } = await deployTwice(noNetwork(), { 'verify-url': 'http://192.0.2.1/' });
    expect(page).toBe('200 good 2');
  },
  possible,
);

knownDefect(
  'dns-down',
  'keeps the good release if the name of verify-url cannot be resolved',
  UNREACHED,
  async () => {
    const { page } = await deployTwice(dnsDown(), { 'verify-url': 'http://shop.example/' });
    expect(page).toBe('200 good 2');
  },
  possible,
);

knownDefect(
  'ipv6-only',
  'keeps the good release if verify-url has only an IPv4 address',
  UNREACHED,
  async () => {
    const { page } = await deployTwice(ipv6Only(), { 'verify-url': 'http://192.0.2.1/' });
    expect(page).toBe('200 good 2');
  },
  possible,
);

cell(
  'paused',
  'restores the good release if the runner is suspended during the verification',
  async () => {
    await using production = await startProduction('good 1');
    await using runner = await selfHostedRunner();
    const inputs = {
      strategies: production.strategies,
      'state-dir': join(production.root, 'state'),
    };
    await deployPage(await runner.startJob(), production, 'good 2', A, inputs);
    await runMode(await runner.startJob(), 'snapshot', BAD, inputs);
    production.deploy('bad');
    const pausable = pausableRunner(join(production.root, 'pid'));
    let isFirst = true;
    await using url = await startHttpServer({
      script: async (exchange) => {
        if (isFirst) {
          isFirst = false;
          pausable.pause();
          // The deadline passes while the process is stopped.
          const endMs = performance.now() + 1_500;
          while (performance.now() < endMs) await new Promise(setImmediate);
          pausable.resume();
        }
        return respond(200)(exchange);
      },
    });
    await using paused = await selfHostedRunner(pausable.preset);
    const back = await runMode(await paused.startJob(), 'rollback', BAD, {
      ...inputs,
      'verify-url': url.url,
      'verify-deadline': '1s',
    });
    expect(await production.visit(), back.log).toBe('200 good 2');
  },
  possible,
);

cell('proxied', 'verifies a site that only the proxy can reach', async () => {
  await using production = await startProduction('good 1');
  const port = new URL(production.url).port;
  await using proxy = await startProxy({
    protocol: 'http',
    hosts: { 'shop.example': '127.0.0.1' },
  });
  const address = `http://127.0.0.1:${proxy.port}`;
  await using runner = await selfHostedRunner(
    withVariables({ HTTP_PROXY: address, HTTPS_PROXY: address }),
  );
  const inputs = { 'verify-url': `http://shop.example:${port}/`, 'verify-deadline': '3s' };
  await deployPage(await runner.startJob(), production, 'good 2', A, inputs);
  const failed = await deployPage(await runner.startJob(), production, 'bad', BAD, inputs);
  expect(failed.outputs.result, failed.log).toBe('rolled-back');
  expect(await production.visit()).toBe('200 good 2');
  expect(proxy.asked).toContain(`shop.example:${port}`);
});
