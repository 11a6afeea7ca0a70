import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { respond } from '@repo/testkit/faults/answers';
import type { Behaviour, HttpExchange } from '@repo/testkit/faults/behaviour';
import { sequence } from '@repo/testkit/faults/script';
import type { ProxyFault } from '@repo/testkit/proxies/proxy-request';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import { dnsDown, ipv6Only } from '@repo/testkit/setups/network';
import { pausableRunner } from '@repo/testkit/setups/pause';
import { withVariables } from '@repo/testkit/setups/preset';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { engine } from '../real/engine.ts';
import { startProxiedRunner } from '../real/proxied-runner.ts';
import { startRelay } from '../real/relay.ts';
import { cell, isRootOnLinux, knownDefect } from './cell.ts';
import { action, NOTHING, startService } from './health-check-service.ts';

const tinyproxy = engine('tinyproxy', 'apt-get install tinyproxy-bin');
const hasNamespaces = isRootOnLinux && tinyproxy.path !== undefined;

knownDefect(
  'no-network',
  'starts no deploy and opens no issue for a page that it has no route to',
  'a runner without a route calls every target unhealthy',
  async () => {
    await using service = await startService();
    await using network = await startProxiedRunner(tinyproxy.path ?? '');
    await using runners = await hostedRunners((plan) => ({
      ...plan,
      launchers: [network.options.launcher],
    }));
    // The API of GitHub is the only address that this runner reaches.
    const near = new URL(network.proxy).hostname;
    const port = Number(new URL(service.github.apiUrl).port);
    await using _ = await startRelay(port, 0, { host: near, port });
    const github = JSON.parse(JSON.stringify(service.github.context).replaceAll('127.0.0.1', near));
    await service.monitor({ runners, github, with: { url: 'http://192.0.2.1/', notify: '' } });
    expect(service.github.calls.length).toBeGreaterThan(0);
    expect(service.seen()).toEqual(NOTHING);
  },
  { possible: hasNamespaces },
);

cell(
  'dns-down',
  'opens no issue for a name that cannot be resolved, and checks addresses',
  async () => {
    await using service = await startService();
    await using runners = await hostedRunners(dnsDown());
    const unknown = await service.monitor({ runners, with: { url: 'http://shop.example/' } });
    expect(unknown.outcome, unknown.log).toBe('failure');
    expect(service.seen()).toMatchObject({ issues: 0, deploys: 0 });
    const good = await service.monitor({ runners });
    expect(good.outcome, good.log).toBe('success');
    service.serve(respond(500));
    const bad = await service.monitor({ runners });
    expect(bad.outcome, bad.log).toBe('failure');
    expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
  },
  { possible: isRootOnLinux },
);

/** Serves 200 on `/`, 500 on other paths. */
const SERVER = `require('node:http').createServer((request, response) => {
  response.writeHead(request.url === '/' ? 200 : 500).end();
}).listen(8080, '::1', () => console.log('ready'))`;

/** Starts the server in the namespace of the action, and then the action. */
const besideServer = (plan: Parameters<ReturnType<typeof ipv6Only>>[0]) => ({
  ...plan,
  launchers: [
    ...plan.launchers,
    [
      ...['bash', '-c', 'exec 3< <("$0" -e "$1" 2>/dev/null); read -r -u 3; shift; exec "$@"'],
      ...[process.execPath, SERVER],
    ] as const satisfies readonly [string, ...string[]],
  ],
});

cell(
  'ipv6-only',
  'passes for a page that is served by IPv6, fails for one that is not',
  async () => {
    await using runners = await hostedRunners(ipv6Only(), besideServer);
    const job = await runners.startJob();
    const check = (url: string) => job.run({ action, with: { url, 'max-attempts': '1' } });
    const good = await check('http://[::1]:8080/');
    expect(good.outcome, good.log).toBe('success');
    const bad = await check('http://[::1]:8080/bad');
    expect(bad.outcome, bad.log).toBe('failure');
    expect(bad.outputs.status).toBe('unhealthy');
  },
  { possible: isRootOnLinux },
);

knownDefect(
  'ipv6-only',
  'does not call a page unhealthy that has IPv4 only',
  'a runner without a route calls every target unhealthy',
  async () => {
    await using runners = await hostedRunners(ipv6Only());
    const job = await runners.startJob();
    const url = 'http://192.0.2.1/';
    const result = await job.run({ action, with: { url, 'max-attempts': '1' } });
    expect(result.outputs.status, result.log).toBe('unknown');
  },
  { possible: isRootOnLinux },
);

/** Runs the monitor, and pauses its runner during the first answer, for longer than the timeout. */
async function pauseDuring(
  first: Behaviour<HttpExchange>,
  later: Behaviour<HttpExchange>,
  attempts: number,
) {
  const folder = await mkdtemp(join(tmpdir(), 'paused-'));
  try {
    await using service = await startService();
    const runner = pausableRunner(join(folder, 'pid'));
    await using runners = await selfHostedRunner(runner.preset);
    const pauseOnce = async (exchange: HttpExchange) => {
      runner.pause();
      await first(exchange);
      // The pause itself.
      await setTimeout(1_500);
      runner.resume();
    };
    service.serve(sequence(pauseOnce, later));
    const { outcome, log } = await service.monitor({
      runners,
      with: { timeout: '1s', 'max-attempts': String(attempts) },
    });
    return { outcome, log, seen: service.seen() };
  } finally {
    await rm(folder, { recursive: true });
  }
}

cell(
  'paused',
  'judges the page by the attempt after the pause',
  async () => {
    const good = await pauseDuring(respond(200), respond(200), 2);
    expect(good.outcome, good.log).toBe('success');
    expect(good.seen).toEqual(NOTHING);
    const bad = await pauseDuring(respond(500), respond(500), 2);
    expect(bad.outcome, bad.log).toBe('failure');
    expect(bad.seen).toMatchObject({ issues: 1, deploys: 1 });
  },
  { possible: process.platform !== 'win32' },
);

knownDefect(
  'paused',
  'starts no deploy for a healthy page because of the pause',
  'a pause of the runner counts as a timeout of the target',
  async () => {
    const redirect = respond(302, { headers: { location: '/next' } });
    const { seen, log } = await pauseDuring(redirect, respond(200), 1);
    expect(seen, log).toMatchObject({ issues: 0, deploys: 0 });
  },
  { possible: process.platform !== 'win32' },
);

/** Runs the monitor where only the proxy can resolve the name of the service. */
async function monitorThroughProxy(fault: ProxyFault) {
  await using service = await startService();
  await using proxy = await startProxy({
    protocol: 'http',
    hosts: { 'shop.example': '127.0.0.1' },
    fault,
  });
  const url = `http://127.0.0.1:${proxy.port}`;
  await using runners = await hostedRunners(withVariables({ HTTP_PROXY: url, HTTPS_PROXY: url }));
  const check = () =>
    service.monitor({
      runners,
      with: { url: `http://shop.example:${service.server.port}/`, timeout: '1s' },
    });
  const first = await check();
  service.serve(respond(500));
  const second = await check();
  return { first, second, seen: service.seen(), asked: proxy.asked };
}

cell('proxied', 'checks the page through the proxy, and GitHub on loopback directly', async () => {
  const { first, second, seen, asked } = await monitorThroughProxy({ kind: 'none' });
  expect(first.outcome, first.log).toBe('success');
  expect(second.outcome, second.log).toBe('failure');
  expect(seen).toMatchObject({ issues: 1, deploys: 1, messages: 1 });
  expect(asked.filter((target) => !target.startsWith('shop.example:'))).toEqual([]);
});

cell('proxied', 'starts no deploy if the proxy wants a password', async () => {
  const { first, seen } = await monitorThroughProxy({ kind: 'wants-credentials' });
  expect(first.outcome, first.log).toBe('failure');
  expect(first.log).toContain('407');
  expect(seen).toMatchObject({ issues: 0, deploys: 0 });
});

knownDefect(
  'proxied',
  'starts no deploy if the proxy does not answer',
  'a silent proxy is a timeout of the target',
  async () => {
    const { seen } = await monitorThroughProxy({ kind: 'hang' });
    expect(seen).toMatchObject({ issues: 0, deploys: 0 });
  },
);

cell('ghes', 'opens an issue, starts a deploy, and closes the issue below /api/v3', async () => {
  await using service = await startService({ enterprise: true });
  service.serve(respond(500));
  for (let run = 0; run < 2; run++) {
    const bad = await service.monitor();
    expect(bad.outcome, bad.log).toBe('failure');
    expect(bad.annotations.filter(({ level }) => level === 'warning')).toEqual([]);
  }
  expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
  service.serve(respond(200));
  const good = await service.monitor();
  expect(good.outcome, good.log).toBe('success');
  expect(service.seen()).toMatchObject({ open: [], deploys: 1 });
});
