import { readdir } from 'node:fs/promises';
import { startLocalCache } from '@repo/testkit/cache/local-cache';
import type { HttpExchange } from '@repo/testkit/faults/behaviour';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { mmdb } from './proxy/mmdb.ts';
import { listText, record, startTestbed } from './proxy/testbed.ts';

const FORCED = { 'min-retain-ratio': '0', 'fail-on': 'never' };

test('writes the alive endpoints and the metadata to extra files', async () => {
  await using testbed = await startTestbed();
  const { port } = await testbed.proxy({ protocol: 'socks5' });
  const alive = `socks5://127.0.0.1:${port}`;
  await testbed.write(
    'proxies.json',
    listText([record(`http://127.0.0.1:${await closedPort()}`), record(`${alive}#one`)]),
  );
  await using result = await testbed.run({
    outputs:
      'txt=out/alive.txt\nbase64=out/alive.b64\nclash=out/clash.yaml\nsing-box=out/box.json\nmetadata=out/metadata.json',
  });
  expect(result.outputs.alive, result.log).toBe('1');
  const text = await testbed.read('out/alive.txt');
  expect(text).toBe(`${alive}#n708\n`);
  expect(Buffer.from(await testbed.read('out/alive.b64'), 'base64').toString()).toBe(text);
  expect(parse(await testbed.read('out/clash.yaml')).proxies).toMatchObject([
    { type: 'socks5', server: '127.0.0.1', port },
  ]);
  expect(JSON.parse(await testbed.read('out/box.json')).outbounds).toContainEqual(
    expect.objectContaining({ type: 'socks', server: '127.0.0.1', server_port: port }),
  );
  expect(JSON.parse(await testbed.read('out/metadata.json'))).toMatchObject({
    proxy_count: 2,
    working_count: 1,
    tested_count: 2,
    stats: { success_rate: 50, died: 1, revived: 0, protocols: { socks5: 1 } },
  });
});

test('existing-fields-only writes new fields to the side file', async () => {
  await using testbed = await startTestbed();
  const { port } = await testbed.proxy({ protocol: 'http' });
  const text = listText([record(`http://127.0.0.1:${port}`)]);
  await testbed.write('proxies.json', text);
  await using result = await testbed.run({ 'existing-fields-only': 'true' });
  expect(result.outputs.changed, result.log).toBe('true');
  const [after] = JSON.parse(await testbed.read('proxies.json'));
  expect(Object.keys(after)).toEqual(Object.keys(JSON.parse(text)[0]));
  const side = JSON.parse(await testbed.read('proxies.json.retest.ndjson'));
  expect(side).toMatchObject({ status: 'alive', fails: 0, health: 0.5 });
});

describe('other list formats', () => {
  test('adds the field retest to records of monosans', async () => {
    await using testbed = await startTestbed();
    const credentials = { user: 'u', password: 'p' };
    const { port } = await testbed.proxy({ protocol: 'socks5', credentials });
    const one = {
      protocol: 'socks5',
      username: 'u',
      password: 'p',
      host: '127.0.0.1',
      port,
      timeout: 0.51,
      exit_ip: '192.0.2.7',
      geolocation: null,
    };
    await testbed.write('proxies.json', JSON.stringify([one]));
    await using result = await testbed.run();
    expect(result.outputs, result.log).toMatchObject({ alive: '1', changed: 'true' });
    const [after] = JSON.parse(await testbed.read('proxies.json'));
    expect(after).toMatchObject({ ...one, retest: { alive: true, fails: 0 } });
    expect(Object.keys(after)).toEqual([...Object.keys(one), 'retest']);
  });

  test('keeps the bytes of plain lists and subscriptions, and removes dead endpoints', async () => {
    await using testbed = await startTestbed();
    const good = await testbed.proxy({ protocol: 'socks5' });
    const dead = await closedPort();
    const lines = `# socks\r\n127.0.0.1:${dead}\r\n\r\n127.0.0.1:${good.port} fast one\r\nsocks5://u:p@127.0.0.1:${dead}#x`;
    await testbed.write('socks5.txt', lines);
    const base64 = Buffer.from(lines).toString('base64').replace(/=+$/, '');
    await testbed.write('socks5-sub.txt', base64);
    const inputs = { ...FORCED, select: 'all' };
    for (const list of ['socks5.txt', 'socks5-sub.txt']) {
      await using result = await testbed.run({ ...inputs, list, format: 'auto' });
      expect(result.outputs, result.log).toMatchObject({
        total: '3',
        changed: 'false',
        tested: '3',
      });
    }
    expect(await testbed.read('socks5.txt')).toBe(lines);
    expect(await testbed.read('socks5-sub.txt')).toBe(base64);
    // Pretends that the endpoints died two weeks ago.
    for (const list of ['socks5.txt', 'socks5-sub.txt']) {
      const state = await testbed.read(`${list}.state.ndjson`);
      const past = Date.now() - 14 * 86_400_000;
      await testbed.write(
        `${list}.state.ndjson`,
        state.replace(/"since":\d+,"fails":1/g, `"since":${past},"fails":2`),
      );
      await using result = await testbed.run({ ...inputs, list, 'drop-after': '7d' });
      expect(result.outputs.changed, result.log).toBe('true');
    }
    const left = `# socks\r\n\r\n127.0.0.1:${good.port} fast one\r\n`;
    expect(await testbed.read('socks5.txt')).toBe(left);
    expect(Buffer.from(await testbed.read('socks5-sub.txt'), 'base64').toString()).toBe(left);
  });

  test('removes records from an array together with their commas', async () => {
    await using testbed = await startTestbed();
    const dead = await closedPort();
    const configs = ['http://a:b@', 'http://'].map((start) => `${start}127.0.0.1:${dead}`);
    const kept = { config: 'vmess://broken' };
    await testbed.write(
      'proxies.json',
      listText([record(configs[0] ?? ''), kept, record(configs[1] ?? ''), kept]),
    );
    await using first = await testbed.run(FORCED);
    expect(first.outputs.died, first.log).toBe('2');
    const state = await testbed.read('proxies.json.state.ndjson');
    await testbed.write('proxies.json.state.ndjson', state.replace(/"since":\d+/g, '"since":1'));
    await using second = await testbed.run({ ...FORCED, select: 'all', 'drop-after': '1h' });
    expect(second.outputs.changed, second.log).toBe('true');
    expect(JSON.parse(await testbed.read('proxies.json'))).toEqual([kept, kept]);
  });

  test('NDJSON', async () => {
    await using testbed = await startTestbed();
    const { port } = await testbed.proxy({ protocol: 'http' });
    const other = '{"config":"nonsense"}';
    await testbed.write(
      'proxies.json',
      `${JSON.stringify(record(`http://127.0.0.1:${port}`))}\n${other}\n`,
    );
    await using result = await testbed.run();
    expect(result.outputs, result.log).toMatchObject({ alive: '1', invalid: '1' });
    const [first = '', second] = (await testbed.read('proxies.json')).split('\n');
    expect(JSON.parse(first)).toMatchObject({ is_working: true, retest: { fails: 0 } });
    expect(second).toBe(other);
  });
});

test('sets the location from a MaxMind database', async () => {
  await using testbed = await startTestbed();
  const { port } = await testbed.proxy({ protocol: 'http' });
  await testbed.write('proxies.json', listText([record(`http://127.0.0.1:${port}`)]));
  const names = (en: string) => ({ names: { en } });
  const data = {
    country: { iso_code: 'NL', ...names('Netherlands') },
    city: names('Delft'),
    autonomous_system_number: 1103,
  };
  await testbed.write('city.mmdb', mmdb({ firstByte: 127, data }));
  await using result = await testbed.run({ mmdb: 'city.mmdb' });
  expect(result.outputs.alive, result.log).toBe('1');
  const [after] = JSON.parse(await testbed.read('proxies.json'));
  expect(after).toMatchObject({
    country: 'Netherlands',
    country_code: 'NL',
    city: 'Delft',
    asn: 'AS1103',
  });
  await using broken = await testbed.run({ mmdb: 'proxies.json', select: 'all' });
  expect(broken.outputs.message).toMatch(/cannot use the database proxies\.json/);
  expect(broken.log).not.toMatch(/This is a bug/);
});

describe('judge-url', () => {
  const judge = ({ request, response, socket }: HttpExchange) => {
    const body = { ip: socket.remoteAddress, headers: request.headers, motto: 'original' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  test('detects changed headers, changed bodies and the anonymity', async () => {
    await using testbed = await startTestbed();
    await using page = await startHttpServer({ script: judge });
    const plain = await testbed.proxy({ protocol: 'http', from: '127.0.0.9' });
    const via = await testbed.proxy({
      protocol: 'http',
      from: '127.0.0.9',
      fault: { kind: 'tamper', request: (head) => head.replace('\r\n', '\r\nVia: 1.1 proxy\r\n') },
    });
    const leaks = await testbed.proxy({
      protocol: 'http',
      from: '127.0.0.9',
      fault: {
        kind: 'tamper',
        request: (head) => head.replace('\r\n', '\r\nX-Forwarded-For: 10.1.1.1, 127.0.0.1\r\n'),
      },
    });
    const strips = await testbed.proxy({
      protocol: 'http',
      fault: { kind: 'tamper', request: (head) => head.replace(/^X-Retest-Token:.*\r\n/im, '') },
    });
    const edits = await testbed.proxy({
      protocol: 'http',
      fault: { kind: 'tamper', answer: (text) => text.replace('original', 'modified') },
    });
    const injects = await testbed.proxy({
      protocol: 'http',
      fault: {
        kind: 'tamper',
        answer: (text) =>
          text.replace(/content-length: \d+\r\n/i, '').replace('\r\n\r\n', '\r\n\r\n<script>'),
      },
    });
    const all = [plain, via, leaks, strips, edits, injects];
    await testbed.write(
      'proxies.json',
      listText(all.map(({ port }) => record(`http://127.0.0.1:${port}`))),
    );
    await using result = await testbed.run({ 'judge-url': `${page.url}/judge`, ...FORCED });
    const after = JSON.parse(await testbed.read('proxies.json'));
    const results = after.map(
      ({ retest }: { retest: { anonymity?: string; kind?: string; score: number } }) =>
        retest.anonymity ?? `${retest.kind} ${retest.score}`,
    );
    expect(results, result.log).toEqual([
      'elite',
      'anonymous',
      'transparent',
      'tampered 0',
      'tampered 0',
      'tampered 0',
    ]);
  });

  test('warns about an unusable judge', async () => {
    await using testbed = await startTestbed();
    const { port } = await testbed.proxy({ protocol: 'http' });
    await testbed.write('proxies.json', listText([record(`http://127.0.0.1:${port}`)]));
    await using result = await testbed.run({ 'judge-url': testbed.targets[0]?.url ?? '' });
    expect(result.outputs, result.log).toMatchObject({ verdict: 'pass', alive: '1' });
    expect(result.annotations[0]?.message).toMatch(/judge-url does not answer with JSON/);
  });
});

test('timeouts sets the timeout of each attempt', async () => {
  await using testbed = await startTestbed();
  const { port } = await testbed.proxy({ protocol: 'http', fault: { kind: 'hang' } });
  await testbed.write('proxies.json', listText([record(`http://127.0.0.1:${port}`)]));
  const started = performance.now();
  await using result = await testbed.run({ timeouts: '600ms,200ms', ...FORCED });
  expect(result.outputs.died, result.log).toBe('1');
  const took = performance.now() - started;
  expect(took).toBeGreaterThan(800);
  expect(took).toBeLessThan(4_000);
});

test('keeps the history in the cache of GitHub Actions', async () => {
  await using testbed = await startTestbed();
  await using github = await startLocalGitHub();
  await using cache = await startLocalCache(github.state.caches);
  // The cache library looks for the service of github.com only there.
  const context = { ...github.context, server_url: 'https://github.com' };
  const job = { env: cache.env, github: context };
  const dead = await closedPort();
  await testbed.write('proxies.json', listText([record(`http://127.0.0.1:${dead}`)]));
  const inputs = { 'state-store': 'cache', select: 'all', ...FORCED };
  await using first = await testbed.run(inputs, job);
  expect(first.outputs.died, first.log).toBe('1');
  expect(await readdir(testbed.folder)).toEqual(['proxies.json']);
  await using second = await testbed.run(inputs, job);
  expect(second.outputs, second.log).toMatchObject({ died: '0', tested: '1' });
  // The entry of the first run was deleted.
  expect(cache.keys()).toHaveLength(1);
  await using without = await testbed.run(inputs);
  expect(without.log).toMatch(/The history is not available: the cache of GitHub Actions/);
});
