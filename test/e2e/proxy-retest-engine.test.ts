import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { exec } from '@repo/core/process/exec';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import type { RunResult } from '@repo/testkit/runner/run-action';
import { expect, test } from 'vitest';
import {
  type FakeEngine,
  fakeEngine,
} from '../../actions/proxy-retest/src/engine/fake-engine.fixture.ts';
import { type ProxyWorld, proxyWorld } from './proxy/proxy-world.ts';

const ID = '0d4cb1a1-9b4e-4e6a-8a34-6f0c2f4d9e11';
const LIST = ['trojan://secret@127.0.0.1:1#a', `vless://${ID}@127.0.0.1:2#b`, ''].join('\n');

async function engineIn(world: ProxyWorld, behaviour: FakeEngine = {}): Promise<string> {
  const path = join(world.folder, 'engine');
  await writeFile(path, fakeEngine(behaviour), { mode: 0o755 });
  return path;
}

async function resultOf(run: RunResult) {
  const report = JSON.parse(await readFile(run.outputs['report-file'] ?? '', 'utf8'));
  return report.result;
}

// The stand-in never answers: its silence is not waited for.
const inputs = {
  list: 'list.txt',
  select: 'all',
  'connect-timeout': '200ms',
  'handshake-timeout': '200ms',
};

test('an engine that crashes says nothing about the endpoints: void, and the list stays', async () => {
  await using world = await proxyWorld();
  await world.write('list.txt', LIST);
  const path = await engineIn(world, { crashesAfter: 20 });
  await using run = await world.run({ ...inputs, engine: 'auto', 'engine-path': path });
  expect(run.outputs, run.log).toMatchObject({
    tested: '0',
    died: '0',
    void: '2',
    verdict: 'unknown',
    message: 'Nothing was judged, 2 not judged',
  });
  expect(await resultOf(run)).toMatchObject({
    failures: [
      { kind: 'void', count: 2, example: expect.stringMatching(/^the engine failed: it/) },
    ],
  });
  expect(await world.read('list.txt')).toBe(LIST);
});

test('the engine gets no token and no setting of ours', async () => {
  await using world = await proxyWorld();
  await world.write('list.txt', LIST);
  const tells = join(world.folder, 'told');
  const path = await engineIn(world, { tells });
  await using run = await world.run(
    { ...inputs, engine: 'auto', 'engine-path': path },
    { env: { GITHUB_TOKEN: 'ghs_secret', RUNNER_TRACKING_ID: 'github_1', NODE_OPTIONS: '' } },
  );
  const told = (await world.read('told')).trim().split('\n');
  expect(
    told.map((line) => JSON.parse(line).environment),
    run.log,
  ).toEqual(told.map(() => ({ RUNNER_TRACKING_ID: 'github_1' })));
});

test('without an engine, what needs one is not judged; with engine: sing-box that is an error', async () => {
  await using world = await proxyWorld();
  const proxy = await world.proxy({ protocol: 'socks5' });
  await world.write('list.txt', `socks5://127.0.0.1:${proxy.port}\n${LIST}`);
  const env = { PATH: world.folder };
  for (const [engine, why] of [
    ['auto', 'there is no engine (sing-box)'],
    ['none', 'engine: none'],
  ] as const) {
    await using run = await world.run({ ...inputs, engine }, { env });
    expect(run.outputs, run.log).toMatchObject({ alive: '1', void: '2', died: '0' });
    expect((await resultOf(run)).failures[0].example).toContain(why);
  }
  await using run = await world.run({ ...inputs, engine: 'sing-box' }, { env });
  expect(run.exitCode).toBe(1);
  expect(run.log).toContain('There is no sing-box on the PATH.');
});

test('a release is downloaded only against its checksum, and used', async () => {
  const name = `sing-box-1.14.1-${platform()}-${arch() === 'x64' ? 'amd64' : arch()}`;
  await using world = await proxyWorld();
  await world.write('list.txt', LIST);
  await mkdir(join(world.folder, name));
  await writeFile(join(world.folder, name, 'sing-box'), fakeEngine({}));
  const packed = await exec({
    argv: ['tar', '-czf', 'release.tar.gz', name],
    cwd: world.folder,
    timeoutMs: 10_000,
    signal: new AbortController().signal,
  });
  expect(packed.state).toBe('exited');
  const archive = await readFile(join(world.folder, 'release.tar.gz'));
  await using server = await startHttpServer({ script: respond(200, { body: archive }) });
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const release = {
    ...inputs,
    engine: 'auto',
    'engine-version': '1.14.1',
    'engine-url': `${server.url}/releases`,
  };
  const env = { PATH: world.folder };
  await using good = await world.run({ ...release, 'engine-sha256': sha256 }, { env });
  expect(good.log).toContain('Through sing-box 1.14.1');
  expect(server.requests.map(({ url }) => url)).toEqual([`/releases/v1.14.1/${name}.tar.gz`]);

  await using bad = await world.run({ ...release, 'engine-sha256': '0'.repeat(64) }, { env });
  expect(bad.exitCode).toBe(1);
  expect(bad.log).toContain('is not what engine-sha256 says');
  expect(bad.log).not.toContain('Through sing-box');

  await using unchecked = await world.run(release, { env });
  expect(unchecked.exitCode).toBe(1);
  expect(unchecked.log).toContain('nothing is downloaded that is not held to a checksum');
  expect(await world.read('list.txt')).toBe(LIST);
});

test('options of the engine, files and shell text in a list change nothing and are told nowhere', async () => {
  const hostile =
    '&certificate_path=/etc/passwd&client_key_path=/root/.ssh/id_rsa&detour=x&bind_interface=lo' +
    '&plugin=/bin/sh;-c;id&protect_path=/run/x&netns=1&__proto__=1&log=/tmp/x#$(touch pwned)`id`';
  const links = (extra: string) =>
    [
      `trojan://pa$(id)ss@127.0.0.1:1?sni=a.example${extra}`,
      `vless://${ID}@127.0.0.1:2?type=ws&path=/x;touch%20pwned${extra}`,
      `vless://${ID}@127.0.0.1:3?type=ws&path=/$(id)${extra}`,
    ].join('\n');
  const configs: unknown[] = [];
  for (const extra of ['', hostile]) {
    await using world = await proxyWorld();
    await world.write('list.txt', links(extra));
    const tells = join(world.folder, 'told');
    const path = await engineIn(world, { tells });
    await using run = await world.run({
      ...inputs,
      engine: 'auto',
      'engine-path': path,
    });
    // A path of a request has no space in it.
    expect(run.outputs, run.log).toMatchObject({ invalid: '1', void: '0' });
    const [line = ''] = (await world.read('told')).split('\n');
    const { outbounds, endpoints } = JSON.parse(line).config as {
      outbounds: { tag?: string; server_port: number }[];
      endpoints: unknown;
    };
    // They are tested in any order.
    outbounds.sort((one, other) => one.server_port - other.server_port);
    for (const outbound of outbounds) delete outbound.tag;
    configs.push({ outbounds, endpoints });
    const told = [run.log, run.summary, await readFile(run.outputs['report-file'] ?? '', 'utf8')];
    for (const secret of ['pa$(id)ss', ID, '/etc/passwd', 'pwned']) {
      expect(told.join('\n')).not.toContain(secret);
    }
    await expect(world.read('pwned')).rejects.toThrow(/ENOENT/);
  }
  expect(configs[1]).toEqual(configs[0]);
});
