import type { ProxyFault } from '@repo/testkit/proxies/proxy-request';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import { dnsDown, ipv6Only, noNetwork } from '@repo/testkit/setups/network';
import { type Preset, planJob } from '@repo/testkit/setups/preset';
import { expect } from 'vitest';
import { act } from '../workflows/act.ts';
import { cell, isRootOnLinux, knownDefect } from './cell.ts';
import { startTeam } from './guarded-deploy-team.ts';

const options = { possible: act.path !== undefined, timeoutMs: 240_000 };
const inNamespace = { ...options, possible: options.possible && isRootOnLinux };

/** Deploys the healthy release `two` on a runner that cannot reach its page; returns the served one. */
async function deployWithout(preset: Preset, url: string): Promise<string> {
  await using team = await startTeam();
  await team.deploy();
  const result = await team.push('two', true, {
    launcher: planJob([preset]).launchers.flat(),
    variables: { MACHINE: team.machine.folder, URL: url },
  });
  expect(result.succeeded, result.log).toBe(false);
  expect(result.outputs.health, result.log).not.toBe('pass');
  return team.machine.site();
}

const DEFECT = 'a health that is unknown rolls back a good release';

knownDefect(
  'no-network',
  'keeps a good release whose page it has no route to',
  'a runner without a route calls the page unhealthy, and the good release is rolled back',
  async () => expect(await deployWithout(noNetwork(), 'http://192.0.2.1/')).toBe('two'),
  inNamespace,
);

knownDefect(
  'ipv6-only',
  'keeps a good release whose page has IPv4 only',
  'a runner without a route calls the page unhealthy, and the good release is rolled back',
  async () => expect(await deployWithout(ipv6Only(), 'http://192.0.2.1/')).toBe('two'),
  inNamespace,
);

knownDefect(
  'dns-down',
  'keeps a good release whose name cannot be resolved',
  DEFECT,
  async () => expect(await deployWithout(dnsDown(), 'http://shop.example/')).toBe('two'),
  inNamespace,
);

/** A team whose page has a name that only the proxy can resolve. */
async function startProxiedTeam(fault: ProxyFault) {
  const team = await startTeam();
  const proxy = await startProxy({
    protocol: 'http',
    hosts: { 'shop.example': '127.0.0.1' },
    fault,
  });
  const address = `http://127.0.0.1:${proxy.port}`;
  const run = {
    env: { HTTP_PROXY: address, HTTPS_PROXY: address },
    variables: {
      MACHINE: team.machine.folder,
      URL: `http://shop.example:${team.machine.server.port}/`,
    },
  };
  return {
    team,
    run,
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await team[Symbol.asyncDispose]();
    },
  };
}

cell(
  'proxied',
  'serves a healthy release and restores it, with a page behind the proxy',
  async () => {
    await using proxied = await startProxiedTeam({ kind: 'none' });
    const { team, run } = proxied;
    const good = await team.deploy(run);
    expect(good.succeeded, good.log).toBe(true);
    expect(await team.machine.site()).toBe('one');
    const bad = await team.push('two', false, run);
    expect(bad.succeeded, bad.log).toBe(false);
    expect(await team.machine.site()).toBe('one');
  },
  options,
);

knownDefect(
  'proxied',
  'keeps a good release if the proxy wants a password',
  DEFECT,
  async () => {
    await using proxied = await startProxiedTeam({ kind: 'wants-credentials' });
    await proxied.team.deploy();
    await proxied.team.push('two', true, proxied.run);
    expect(await proxied.team.machine.site()).toBe('two');
  },
  options,
);
