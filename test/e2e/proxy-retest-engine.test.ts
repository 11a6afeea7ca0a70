import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { exec } from '@repo/core/process/exec';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import type { RunResult } from '@repo/testkit/runner/run-action';
import { expect, test } from 'vitest';
import { type FakeEngine, fakeEngine } from '../../actions/proxy-retest/src/testing/fake-engine.ts';
import { startTestbed, type Testbed } from './proxy/testbed.ts';

const ID = '0d4cb1a1-9b4e-4e6a-8a34-6f0c2f4d9e11';
const LIST = ['trojan://secret@127.0.0.1:1#a', `vless://${ID}@127.0.0.1:2#b`, ''].join('\n');

async function engineIn(testbed: Testbed, behaviour: FakeEngine = {}): Promise<string> {
  const path = join(testbed.folder, 'engine');
  await writeFile(path, fakeEngine(behaviour), { mode: 0o755 });
  return path;
}

async function resultOf(run: RunResult) {
  const report = JSON.parse(await readFile(run.outputs['report-file'] ?? '', 'utf8'));
  return report.result;
}

// The fake engine never answers, so the timeouts are short.
const inputs = {
  list: 'list.txt',
  select: 'all',
  'connect-timeout': '200ms',
  'handshake-timeout': '200ms',
};

test('is inconclusive when the engine crashes, and keeps the list', async () => {
  await using testbed = await startTestbed();
  await testbed.write('list.txt', LIST);
  const path = await engineIn(testbed, { crashesAfterMs: 20 });
  await using run = await testbed.run({ ...inputs, engine: 'auto', 'engine-path': path });
  expect(run.outputs, run.log).toMatchObject({
    tested: '0',
    died: '0',
    inconclusive: '2',
    verdict: 'unknown',
    message: 'No test was conclusive, 2 inconclusive',
  });
  expect(await resultOf(run)).toMatchObject({
    failures: [
      { kind: 'inconclusive', count: 2, example: expect.stringMatching(/^the engine failed: it/) },
    ],
  });
  expect(await testbed.read('list.txt')).toBe(LIST);
});

test('passes no token and no settings to the engine', async () => {
  await using testbed = await startTestbed();
  await testbed.write('list.txt', LIST);
  const recordTo = join(testbed.folder, 'record');
  const path = await engineIn(testbed, { recordTo });
  await using run = await testbed.run(
    { ...inputs, engine: 'auto', 'engine-path': path },
    { env: { GITHUB_TOKEN: 'ghs_secret', RUNNER_TRACKING_ID: 'github_1', NODE_OPTIONS: '' } },
  );
  const lines = (await testbed.read('record')).trim().split('\n');
  expect(
    lines.map((line) => JSON.parse(line).environment),
    run.log,
  ).toEqual(lines.map(() => ({ RUNNER_TRACKING_ID: 'github_1' })));
});

test('is inconclusive without an engine, and fails with engine: sing-box', async () => {
  await using testbed = await startTestbed();
  const proxy = await testbed.proxy({ protocol: 'socks5' });
  await testbed.write('list.txt', `socks5://127.0.0.1:${proxy.port}\n${LIST}`);
  const env = { PATH: testbed.folder };
  for (const [engine, reason] of [
    ['auto', 'sing-box is not installed'],
    ['none', 'engine: none'],
  ] as const) {
    await using run = await testbed.run({ ...inputs, engine }, { env });
    expect(run.outputs, run.log).toMatchObject({ alive: '1', inconclusive: '2', died: '0' });
    expect((await resultOf(run)).failures[0].example).toContain(reason);
  }
  await using run = await testbed.run({ ...inputs, engine: 'sing-box' }, { env });
  expect(run.exitCode).toBe(1);
  expect(run.log).toContain('sing-box was not found on the PATH');
});

test('downloads a release only with its checksum', async () => {
  const name = `sing-box-1.14.1-${platform()}-${arch() === 'x64' ? 'amd64' : arch()}`;
  await using testbed = await startTestbed();
  await testbed.write('list.txt', LIST);
  await mkdir(join(testbed.folder, name));
  await writeFile(join(testbed.folder, name, 'sing-box'), fakeEngine({}));
  const packed = await exec({
    argv: ['tar', '-czf', 'release.tar.gz', name],
    cwd: testbed.folder,
    timeoutMs: 10_000,
    signal: new AbortController().signal,
  });
  expect(packed.state).toBe('exited');
  const archive = await readFile(join(testbed.folder, 'release.tar.gz'));
  await using server = await startHttpServer({ script: respond(200, { body: archive }) });
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const release = {
    ...inputs,
    engine: 'auto',
    'engine-version': '1.14.1',
    'engine-url': `${server.url}/releases`,
  };
  const env = { PATH: testbed.folder };
  await using good = await testbed.run({ ...release, 'engine-sha256': sha256 }, { env });
  expect(good.log).toContain('Using sing-box 1.14.1');
  expect(server.requests.map(({ url }) => url)).toEqual([`/releases/v1.14.1/${name}.tar.gz`]);

  await using bad = await testbed.run({ ...release, 'engine-sha256': '0'.repeat(64) }, { env });
  expect(bad.exitCode).toBe(1);
  expect(bad.log).toContain('does not match engine-sha256');
  expect(bad.log).not.toContain('Using sing-box');

  await using unchecked = await testbed.run(release, { env });
  expect(unchecked.exitCode).toBe(1);
  expect(unchecked.log).toContain('a download requires both a version and a checksum');
  expect(await testbed.read('list.txt')).toBe(LIST);
});

test('ignores engine options, files and shell text in a list', async () => {
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
    await using testbed = await startTestbed();
    await testbed.write('list.txt', links(extra));
    const recordTo = join(testbed.folder, 'record');
    const path = await engineIn(testbed, { recordTo });
    await using run = await testbed.run({
      ...inputs,
      engine: 'auto',
      'engine-path': path,
    });
    // The path of a request must not contain a space.
    expect(run.outputs, run.log).toMatchObject({ invalid: '1', inconclusive: '0' });
    const [line = ''] = (await testbed.read('record')).split('\n');
    const { outbounds, endpoints } = JSON.parse(line).config as {
      outbounds: { tag?: string; server_port: number }[];
      endpoints: unknown;
    };
    // The order of the tests is random.
    outbounds.sort((one, other) => one.server_port - other.server_port);
    for (const outbound of outbounds) delete outbound.tag;
    configs.push({ outbounds, endpoints });
    const texts = [run.log, run.summary, await readFile(run.outputs['report-file'] ?? '', 'utf8')];
    for (const secret of ['pa$(id)ss', ID, '/etc/passwd', 'pwned']) {
      expect(texts.join('\n')).not.toContain(secret);
    }
    await expect(testbed.read('pwned')).rejects.toThrow(/ENOENT/);
  }
  expect(configs[1]).toEqual(configs[0]);
});
