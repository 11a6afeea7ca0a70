import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import { smallDisk } from '@repo/testkit/setups/disk';
import { container, fork } from '@repo/testkit/setups/events';
import { dnsDown, ipv6Only, noNetwork } from '@repo/testkit/setups/network';
import { type Preset, startedBy } from '@repo/testkit/setups/preset';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { plainUser } from '@repo/testkit/setups/user';
import { expect } from 'vitest';
import { cell } from './cell.ts';
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
const SHOP = ['shop', 'shop-data', 'shop-net', 'shop:1'];

/**
 * Cleans up beside the shop on a runner with these presets, then fails to reach `lost`. Returns the
 * log of the second step.
 */
async function expectCleanUp(
  lost: string,
  presets: readonly Preset[],
  inputs: Readonly<Record<string, string>> = {},
): Promise<string> {
  const daemon = getDaemon();
  await startShop(daemon);
  await leaveTestObjects(daemon, 'job1');
  await using runners = await hostedRunners(...presets);
  const job = await runners.startJob();
  const result = await cleanUp(job, daemon, inputs);
  expect(result.outcome, result.log).toBe('success');
  expect(await namesOf(daemon)).toEqual(SHOP);
  await leaveTestObjects(daemon, 'job2');
  const failed = await cleanUp(job, { host: lost }, { ...inputs, 'fail-on': 'error' });
  expect(failed.outcome, failed.log).toBe('failure');
  expect(failed.outputs).toMatchObject({ verdict: 'unknown', removed: '0' });
  expect(await namesOf(daemon, 'job2')).toHaveLength(4);
  await expectShopServes(daemon);
  return failed.log;
}

cell(
  'fork',
  'cleans up for a pull request of a fork without a token, a secret or a request to GitHub',
  async () => {
    await using github = await startLocalGitHub();
    const sha = 'f'.repeat(40);
    const pull = fork({ number: 7, headSha: sha, mergeSha: sha, baseSha: sha });
    const urls: Preset = (plan) => ({
      ...plan,
      github: { ...plan.github, token: '', api_url: github.apiUrl },
    });
    await expectCleanUp('unix:///nowhere/docker.sock', [pull, urls], { notify: '' });
    expect(github.calls).toEqual([]);
  },
  possible,
);

cell(
  'called',
  'inputs alone choose the daemon: no variable and no docker CLI is needed',
  async () => {
    const log = await expectCleanUp('ssh://builder.example', [
      (plan) => ({
        ...plan,
        env: { ...plan.env, PATH: '/nowhere', DOCKER_HOST: 'tcp://127.0.0.1:2' },
      }),
    ]);
    expect(log).toMatch(/docker CLI|docker.*not (found|installed)/i);
  },
  possible,
);

cell(
  'container',
  'never removes the container that the job runs in, even if it has the labels',
  async () => {
    const daemon = getDaemon();
    const id = await daemon.docker(
      ...['run', '-d', '--name', 'job', ...TESTING, '--network', 'none', 'box:1'],
    );
    await daemon.docker('create', '--name', 'test', ...TESTING, '--network', 'none', 'box:1');
    const inContainer = startedBy(
      ...([
        'unshare',
        '--uts',
        'bash',
        '-c',
        'hostname "$0" && exec "$@"',
        id.slice(0, 12),
      ] as const),
    );
    await using runners = await hostedRunners(container(), inContainer);
    const job = await runners.startJob();
    const result = await cleanUp(job, daemon);
    expect(result.outcome, result.log).toBe('success');
    expect(await daemon.docker('ps', '-a', '--format', '{{.Names}}')).toBe('job');
    const lost = await cleanUp(
      job,
      { host: '' },
      { 'fail-on': 'error' },
      {
        env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
      },
    );
    expect(lost.outcome, lost.log).toBe('failure');
    expect(lost.log).toContain('/nowhere/docker.sock');
  },
  possible,
);

cell(
  'proxied',
  'reaches a local daemon directly and sends the notification through the proxy',
  async () => {
    await using hook = await startHttpServer({ script: respond(204) });
    await using proxy = await startProxy({
      protocol: 'http',
      hosts: { 'hooks.example': '127.0.0.1' },
    });
    const address = `http://127.0.0.1:${proxy.port}`;
    await expectCleanUp(
      'tcp://127.0.0.1:2',
      [(plan) => ({ ...plan, env: { HTTP_PROXY: address, HTTPS_PROXY: address } })],
      { notify: `webhook=http://hooks.example:${hook.port}/`, 'notify-on': 'always' },
    );
    expect(new Set(proxy.asked)).toEqual(new Set([`hooks.example:${hook.port}`]));
    expect(hook.requests).toHaveLength(2);
  },
  possible,
);

cell(
  'no-network',
  'cleans up the local daemon; a remote daemon is unknown and a lost notification is a warning',
  async () => {
    const inputs = { notify: 'webhook=http://192.0.2.1/', 'notify-on': 'always', timeout: '5s' };
    const log = await expectCleanUp('tcp://192.0.2.1:2375', [noNetwork()], inputs);
    expect(log).toMatch(/webhook: .*ENETUNREACH/);
  },
  possible,
);

cell(
  'dns-down',
  'cleans up the local daemon; a daemon whose name does not resolve is unknown',
  async () => {
    const log = await expectCleanUp('tcp://builder.example:2375', [dnsDown()]);
    expect(log).toMatch(/builder\.example/);
  },
  possible,
);

cell(
  'ipv6-only',
  'cleans up the local daemon; a daemon with an IPv4 address is unknown',
  async () => {
    const log = await expectCleanUp('tcp://127.0.0.1:2375', [ipv6Only()]);
    expect(log).toMatch(/127\.0\.0\.1/);
  },
  possible,
);

cell(
  'plain-user',
  'cleans up if the user may use the socket, and names the socket if not',
  async () => {
    const daemon = getDaemon();
    await startShop(daemon);
    await leaveTestObjects(daemon, 'job1');
    const socket = daemon.host.slice('unix://'.length);
    await using runner = await selfHostedRunner(plainUser('077'));
    const job = await runner.startJob();
    await chmod(daemon.folder, 0o755);
    await chmod(socket, 0o660);
    const denied = await cleanUp(job, daemon, { 'fail-on': 'error' });
    expect(denied.outcome, denied.log).toBe('failure');
    expect(denied.log).toContain(socket);
    expect(denied.log).toMatch(/permission|group/i);
    expect(await namesOf(daemon, 'job1')).toHaveLength(4);
    await chmod(socket, 0o666);
    const result = await cleanUp(job, daemon);
    expect(result.outcome, result.log).toBe('success');
    expect(await namesOf(daemon)).toEqual(SHOP);
    await expectShopServes(daemon);
  },
  possible,
);

cell(
  'full-disk',
  'frees the daemon and reports it, although the runner cannot write the report or a plan',
  async () => {
    const daemon = getDaemon();
    await startShop(daemon);
    await leaveTestObjects(daemon, 'job1');
    const folder = await mkdtemp(join(tmpdir(), 'full-'));
    try {
      const disk = join(folder, 'disk');
      await mkdir(disk);
      await writeFile(join(disk, 'filler'), Buffer.alloc(4096));
      await using runners = await hostedRunners(smallDisk(disk, 4096));
      const job = await runners.startJob();
      const plan = { mode: 'plan', 'plan-file': join(disk, 'plan.json') };
      const unplanned = await cleanUp(job, daemon, plan);
      expect(unplanned.outcome, unplanned.log).toBe('failure');
      expect(unplanned.log).toMatch(/plan\.json: ENOSPC/);
      expect(await readdir(`${disk}.after`)).toEqual(['filler']);
      const result = await cleanUp(job, daemon, { 'report-file': join(disk, 'report.json') });
      expect(await namesOf(daemon), result.log).toEqual(SHOP);
      expect(result.log).toMatch(/report\.json: ENOSPC/);
      expect(result.summary).toContain('job1');
      await expectShopServes(daemon);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  possible,
);
