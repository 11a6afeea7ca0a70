import { readdir } from 'node:fs/promises';
import { startLocalCache } from '@repo/testkit/cache/local-cache';
import type { HttpExchange } from '@repo/testkit/faults/behaviour';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { mmdb } from './proxy/mmdb.ts';
import { listText, proxyWorld, record } from './proxy/proxy-world.ts';

const FORCED = { 'min-retain-ratio': '0', 'fail-on': 'never' };

test('further files hold what is alive, and counts for perf-regression', async () => {
  await using world = await proxyWorld();
  const { port } = await world.proxy({ protocol: 'socks5' });
  const alive = `socks5://127.0.0.1:${port}`;
  await world.write(
    'proxies.json',
    listText([record(`http://127.0.0.1:${await closedPort()}`), record(`${alive}#one`)]),
  );
  await using result = await world.run({
    outputs:
      'txt=out/alive.txt\nbase64=out/alive.b64\nclash=out/clash.yaml\nsing-box=out/box.json\nmetadata=out/metadata.json',
  });
  expect(result.outputs.alive, result.log).toBe('1');
  const text = await world.read('out/alive.txt');
  expect(text).toBe(`${alive}#n708\n`);
  expect(Buffer.from(await world.read('out/alive.b64'), 'base64').toString()).toBe(text);
  expect(parse(await world.read('out/clash.yaml')).proxies).toMatchObject([
    { type: 'socks5', server: '127.0.0.1', port },
  ]);
  expect(JSON.parse(await world.read('out/box.json')).outbounds).toContainEqual(
    expect.objectContaining({ type: 'socks', server: '127.0.0.1', server_port: port }),
  );
  expect(JSON.parse(await world.read('out/metadata.json'))).toMatchObject({
    proxy_count: 2,
    working_count: 1,
    tested_count: 2,
    stats: { success_rate: 50, died: 1, revived: 0, protocols: { socks5: 1 } },
  });
});

test('compat changes the fields of the list alone, the rest goes beside it', async () => {
  await using world = await proxyWorld();
  const { port } = await world.proxy({ protocol: 'http' });
  const text = listText([record(`http://127.0.0.1:${port}`)]);
  await world.write('proxies.json', text);
  await using result = await world.run({ compat: 'true' });
  expect(result.outputs.changed, result.log).toBe('true');
  const [after] = JSON.parse(await world.read('proxies.json'));
  expect(Object.keys(after)).toEqual(Object.keys(JSON.parse(text)[0]));
  const side = JSON.parse(await world.read('proxies.json.retest.ndjson'));
  expect(side).toMatchObject({ status: 'alive', fails: 0, health: 0.5 });
});

describe('other forms of a list', () => {
  test('the records of monosans get what was found out beside their own fields', async () => {
    await using world = await proxyWorld();
    const credentials = { user: 'u', password: 'p' };
    const { port } = await world.proxy({ protocol: 'socks5', credentials });
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
    await world.write('proxies.json', JSON.stringify([one]));
    await using result = await world.run();
    expect(result.outputs, result.log).toMatchObject({ alive: '1', changed: 'true' });
    const [after] = JSON.parse(await world.read('proxies.json'));
    expect(after).toMatchObject({ ...one, retest: { alive: true, fails: 0 } });
    expect(Object.keys(after)).toEqual([...Object.keys(one), 'retest']);
  });

  test('plain lists and subscriptions keep their bytes; what is long dead leaves them', async () => {
    await using world = await proxyWorld();
    const good = await world.proxy({ protocol: 'socks5' });
    const dead = await closedPort();
    const lines = `# socks\r\n127.0.0.1:${dead}\r\n\r\n127.0.0.1:${good.port} fast one\r\nsocks5://u:p@127.0.0.1:${dead}#x`;
    await world.write('socks5.txt', lines);
    const base64 = Buffer.from(lines).toString('base64').replace(/=+$/, '');
    await world.write('socks5-sub.txt', base64);
    const inputs = { ...FORCED, select: 'all' };
    for (const list of ['socks5.txt', 'socks5-sub.txt']) {
      await using result = await world.run({ ...inputs, list, format: 'auto' });
      expect(result.outputs, result.log).toMatchObject({
        total: '3',
        changed: 'false',
        tested: '3',
      });
    }
    expect(await world.read('socks5.txt')).toBe(lines);
    expect(await world.read('socks5-sub.txt')).toBe(base64);
    // As if the deaths were two weeks old.
    for (const list of ['socks5.txt', 'socks5-sub.txt']) {
      const state = await world.read(`${list}.state.ndjson`);
      const past = Date.now() - 14 * 86_400_000;
      await world.write(
        `${list}.state.ndjson`,
        state.replace(/"since":\d+,"fails":1/g, `"since":${past},"fails":2`),
      );
      await using result = await world.run({ ...inputs, list, 'drop-after': '7d' });
      expect(result.outputs.changed, result.log).toBe('true');
    }
    const left = `# socks\r\n\r\n127.0.0.1:${good.port} fast one\r\n`;
    expect(await world.read('socks5.txt')).toBe(left);
    expect(Buffer.from(await world.read('socks5-sub.txt'), 'base64').toString()).toBe(left);
  });

  test('records that are dropped from an array take their commas along', async () => {
    await using world = await proxyWorld();
    const dead = await closedPort();
    const configs = ['http://a:b@', 'http://'].map((start) => `${start}127.0.0.1:${dead}`);
    const kept = { config: 'vmess://broken' };
    await world.write(
      'proxies.json',
      listText([record(configs[0] ?? ''), kept, record(configs[1] ?? ''), kept]),
    );
    await using first = await world.run(FORCED);
    expect(first.outputs.died, first.log).toBe('2');
    const state = await world.read('proxies.json.state.ndjson');
    await world.write('proxies.json.state.ndjson', state.replace(/"since":\d+/g, '"since":1'));
    await using second = await world.run({ ...FORCED, select: 'all', 'drop-after': '1h' });
    expect(second.outputs.changed, second.log).toBe('true');
    expect(JSON.parse(await world.read('proxies.json'))).toEqual([kept, kept]);
  });

  test('NDJSON, a record a line', async () => {
    await using world = await proxyWorld();
    const { port } = await world.proxy({ protocol: 'http' });
    const other = '{"config":"nonsense"}';
    await world.write(
      'proxies.json',
      `${JSON.stringify(record(`http://127.0.0.1:${port}`))}\n${other}\n`,
    );
    await using result = await world.run();
    expect(result.outputs, result.log).toMatchObject({ alive: '1', invalid: '1' });
    const [first = '', second] = (await world.read('proxies.json')).split('\n');
    expect(JSON.parse(first)).toMatchObject({ is_working: true, retest: { fails: 0 } });
    expect(second).toBe(other);
  });
});

test('the user’s own database fills in where a proxy is; without it the fields stay', async () => {
  await using world = await proxyWorld();
  const { port } = await world.proxy({ protocol: 'http' });
  await world.write('proxies.json', listText([record(`http://127.0.0.1:${port}`)]));
  const names = (en: string) => ({ names: { en } });
  const data = {
    country: { iso_code: 'NL', ...names('Netherlands') },
    city: names('Delft'),
    autonomous_system_number: 1103,
  };
  await world.write('city.mmdb', mmdb({ firstByte: 127, data }));
  await using result = await world.run({ mmdb: 'city.mmdb' });
  expect(result.outputs.alive, result.log).toBe('1');
  const [after] = JSON.parse(await world.read('proxies.json'));
  expect(after).toMatchObject({
    country: 'Netherlands',
    country_code: 'NL',
    city: 'Delft',
    asn: 'AS1103',
  });
  await using broken = await world.run({ mmdb: 'proxies.json', select: 'all' });
  expect(broken.outputs.message).toMatch(/cannot use the database proxies\.json/);
  expect(broken.log).not.toMatch(/This is a bug/);
});

describe('judge-url finds what changes on the way', () => {
  const judge = ({ request, response, socket }: HttpExchange) => {
    const body = { ip: socket.remoteAddress, headers: request.headers, motto: 'as it was' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  test('headers, body, and what a proxy gives away', async () => {
    await using world = await proxyWorld();
    await using page = await startHttpServer({ script: judge });
    const plain = await world.proxy({ protocol: 'http', from: '127.0.0.9' });
    const via = await world.proxy({
      protocol: 'http',
      from: '127.0.0.9',
      fault: { kind: 'tamper', request: (head) => head.replace('\r\n', '\r\nVia: 1.1 proxy\r\n') },
    });
    const leaks = await world.proxy({
      protocol: 'http',
      from: '127.0.0.9',
      fault: {
        kind: 'tamper',
        request: (head) => head.replace('\r\n', '\r\nX-Forwarded-For: 10.1.1.1, 127.0.0.1\r\n'),
      },
    });
    const strips = await world.proxy({
      protocol: 'http',
      fault: { kind: 'tamper', request: (head) => head.replace(/^X-Retest-Token:.*\r\n/im, '') },
    });
    const edits = await world.proxy({
      protocol: 'http',
      fault: { kind: 'tamper', answer: (text) => text.replace('as it was', 'as I like') },
    });
    const injects = await world.proxy({
      protocol: 'http',
      fault: {
        kind: 'tamper',
        answer: (text) =>
          text.replace(/content-length: \d+\r\n/i, '').replace('\r\n\r\n', '\r\n\r\n<script>'),
      },
    });
    const all = [plain, via, leaks, strips, edits, injects];
    await world.write(
      'proxies.json',
      listText(all.map(({ port }) => record(`http://127.0.0.1:${port}`))),
    );
    await using result = await world.run({ 'judge-url': `${page.url}/judge`, ...FORCED });
    const after = JSON.parse(await world.read('proxies.json'));
    const told = after.map(
      ({ retest }: { retest: { anonymity?: string; kind?: string; score: number } }) =>
        retest.anonymity ?? `${retest.kind} ${retest.score}`,
    );
    expect(told, result.log).toEqual([
      'elite',
      'anonymous',
      'transparent',
      'tampered 0',
      'tampered 0',
      'tampered 0',
    ]);
  });

  test('a judge that is none is said, and judges nobody', async () => {
    await using world = await proxyWorld();
    const { port } = await world.proxy({ protocol: 'http' });
    await world.write('proxies.json', listText([record(`http://127.0.0.1:${port}`)]));
    await using result = await world.run({ 'judge-url': world.targets[0]?.url ?? '' });
    expect(result.outputs, result.log).toMatchObject({ verdict: 'pass', alive: '1' });
    expect(result.annotations[0]?.message).toMatch(/judge-url does not answer with JSON/);
  });
});

test('progressive timeouts are those of the attempts', async () => {
  await using world = await proxyWorld();
  const { port } = await world.proxy({ protocol: 'http', fault: { kind: 'hang' } });
  await world.write('proxies.json', listText([record(`http://127.0.0.1:${port}`)]));
  const started = performance.now();
  await using result = await world.run({ timeouts: '600ms,200ms', ...FORCED });
  expect(result.outputs.died, result.log).toBe('1');
  const took = performance.now() - started;
  expect(took).toBeGreaterThan(800);
  expect(took).toBeLessThan(4_000);
});

test('the history in the cache of GitHub Actions: nothing stays in the workspace', async () => {
  await using world = await proxyWorld();
  await using cache = await startLocalCache();
  const dead = await closedPort();
  await world.write('proxies.json', listText([record(`http://127.0.0.1:${dead}`)]));
  const inputs = { 'state-store': 'cache', select: 'all', ...FORCED };
  await using first = await world.run(inputs, { env: cache.env });
  expect(first.outputs.died, first.log).toBe('1');
  expect(await readdir(world.folder)).toEqual(['proxies.json']);
  await using second = await world.run(inputs, { env: cache.env });
  expect(second.outputs, second.log).toMatchObject({ died: '0', tested: '1' });
  await using without = await world.run(inputs);
  expect(without.log).toMatch(/No history: the cache of GitHub Actions is not there/);
});
