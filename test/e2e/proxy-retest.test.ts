import { readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { closedPort } from '@repo/testkit/faults/unreachable';
import type { ProxyFault, ProxyOptions } from '@repo/testkit/proxies/proxy-request';
import type { RunResult } from '@repo/testkit/runner/run-action';
import { windowsLane } from '@repo/testkit/runner/windows-lane';
import { describe, expect, test } from 'vitest';
import { listText, pem, record, startTestbed, type Testbed } from './proxy/testbed.ts';

const OLD = '2025-10-25T05:27:49.858144+00:00';

async function reportOf(result: RunResult) {
  return JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
}

async function proxies(testbed: Testbed) {
  return JSON.parse(await testbed.read('proxies.json'));
}

test('retests the list and changes only the results', async () => {
  await using testbed = await startTestbed();
  const good = await testbed.proxy({ protocol: 'http' });
  const dead = await closedPort();
  const before = listText([
    record(`http://127.0.0.1:${good.port}#a`),
    { config: 'vmess://broken', odd: [1, { 'x"y': null }], is_working: true },
    record(`socks5://127.0.0.1:${dead}`, { unknown_field: { deep: [1.0, 2e3] } }),
  ]);
  await testbed.write('proxies.json', before);
  await using result = await testbed.run();
  expect(result.outputs, result.log).toMatchObject({
    verdict: 'pass',
    total: '3',
    tested: '2',
    alive: '1',
    died: '1',
    invalid: '1',
    changed: 'true',
    'stop-reason': 'done',
  });
  const after = await testbed.read('proxies.json');
  const [first, second, third] = JSON.parse(after);
  expect(first).toMatchObject({ is_working: true, country: 'Türkiye' });
  expect(first.tested_at).toMatch(/^20\d\d-.*\+00:00$/);
  expect(first.tested_at).not.toBe(OLD);
  expect(second).toEqual(JSON.parse(before)[1]);
  expect(third).toMatchObject({
    is_working: false,
    latency: null,
    unknown_field: { deep: [1, 2000] },
    retest: { fails: 1, phase: 'tcp', kind: 'refused' },
  });
  expect(Object.keys(third)).toEqual([...Object.keys(JSON.parse(before)[2]), 'retest']);
  // Every byte other than the changed values and the added member stays the same.
  const same = (text: string) =>
    text
      .replace(/"(latency|tested_at|is_working)": [^,\n]*/g, '"$1": …')
      .replace(/,\n {2}"retest": \{[^\n]*\}/g, '');
  expect(same(after)).toBe(same(before));
});

test.each(['retest', 'plan'])(
  'mode: %s: is unknown for a list without valid endpoints',
  async (mode) => {
    await using testbed = await startTestbed();
    const text = 'name,age\nann,7\n';
    await testbed.write('proxies.json', text);
    await using result = await testbed.run({ format: 'plain', mode });
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({
      verdict: 'unknown',
      message: 'None of 2 records is a valid endpoint',
      invalid: '2',
      changed: 'false',
    });
    expect(await testbed.read('proxies.json')).toBe(text);
  },
);

test('writes untested records back byte for byte', async () => {
  await using testbed = await startTestbed();
  const text = `\ufeff [ {"config" :"http://192.0.2.1:1" , "tested_at":"${new Date().toISOString()}","a":1.50,"a":2,\r\n "b":"\\u00e9é"},{} ,null, "socks5://198.51.100.1:1080"\t]\n\n`;
  await testbed.write('proxies.json', text);
  await using result = await testbed.run({ select: 'failed', output: 'copy.json' });
  expect(result.outputs, result.log).toMatchObject({ tested: '0', total: '4', invalid: '2' });
  expect(await testbed.read('copy.json')).toBe(text);
  expect(await testbed.read('proxies.json')).toBe(text);
});

describe('fails for an invalid list and does not change it', () => {
  test.each([
    ['empty', '', /is empty/],
    ['blank', ' \n\n', /is empty/],
    [
      'truncated',
      '[{"config":"http://192.0.2.1:1"},{"conf',
      /truncated: it ends after 1 complete record/,
    ],
    ['an object', '{"proxies": []}', /JSON object instead of an array/],
    ['a number', '42', /JSON value/],
    ['HTML', '<!DOCTYPE html><p>', /is HTML or XML/],
    ['binary', 'a\0b', /is not text/],
    ['content after its end', '[] []', /has content after/],
  ])('%s', async (_, text, message) => {
    await using testbed = await startTestbed();
    await testbed.write('proxies.json', text);
    await using result = await testbed.run();
    expect(result.exitCode).toBe(1);
    expect(result.outputs.message).toMatch(message);
    expect(result.log).not.toMatch(/This is a bug|\.js:\d+/);
    expect(await testbed.read('proxies.json')).toBe(text);
    expect(await readdir(testbed.folder)).toEqual(['proxies.json']);
  });

  test('a missing file', async () => {
    await using testbed = await startTestbed();
    await using result = await testbed.run();
    expect(result.outputs.message).toMatch(/cannot read the list proxies\.json/);
  });
});

test.each([
  ['outputs', { outputs: 'txt=./proxies.json' }],
  ['state', { state: 'proxies.json' }],
  ['state', { output: 'proxies.json.state.ndjson' }],
  ['report-file', { 'report-file': 'link.json' }],
  ['results', { shard: '1/2', results: 'proxies.json' }],
  ['outputs', { outputs: 'txt=alive.txt\nbase64=alive.txt' }],
])('rejects two inputs that name the same file: %s', async (name, inputs) => {
  await using testbed = await startTestbed();
  const { port } = await testbed.proxy({ protocol: 'http' });
  const text = listText([record(`http://127.0.0.1:${port}`)]);
  await testbed.write('proxies.json', text);
  await symlink('proxies.json', join(testbed.folder, 'link.json'));
  await using result = await testbed.run(inputs);
  expect(result.exitCode).toBe(1);
  expect(result.log).toMatch(/Invalid input .*names the same file as (list|output|outputs)/);
  expect(result.log).toContain(`${name}: `);
  expect(await testbed.read('proxies.json')).toBe(text);
  expect((await readdir(testbed.folder)).sort()).toEqual(['link.json', 'proxies.json']);
});

test('warns about an empty array', async () => {
  await using testbed = await startTestbed();
  await testbed.write('proxies.json', '[]');
  await using result = await testbed.run();
  expect(result, result.log).toMatchObject({
    exitCode: 0,
    outputs: { total: '0', changed: 'false' },
  });
  expect(result.annotations.map(({ message }) => message)).toEqual(['It has no records.']);
});

test('warns about invalid fields and tests the record anyway', async () => {
  await using testbed = await startTestbed();
  const { port } = await testbed.proxy({ protocol: 'http' });
  await testbed.write(
    'proxies.json',
    listText([record(`http://127.0.0.1:${port}`, { latency: 'fast', tested_at: 'yesterday' })]),
  );
  await using result = await testbed.run();
  expect(result.outputs, result.log).toMatchObject({ verdict: 'pass', alive: '1' });
  const [warning] = result.annotations;
  expect(warning).toMatchObject({ level: 'warning' });
  expect(warning?.message).toMatch(
    /record 1: tested_at is not a valid time; record 1: latency is not a number/,
  );
});

describe('reports every kind of failure, and no working proxy as dead', () => {
  const QUICK = {
    'connect-timeout': '1s',
    'handshake-timeout': '400ms',
    'first-byte-timeout': '400ms',
    'total-timeout': '2s',
  };
  const bad: readonly [ProxyFault, phase: string, kind: string][] = [
    [{ kind: 'hang' }, 'proxy', 'timeout'],
    [{ kind: 'hang-after-grant' }, 'tls', 'timeout'],
    [{ kind: 'reset' }, 'proxy', 'reset'],
    [{ kind: 'close' }, 'proxy', 'closed'],
    [{ kind: 'drip', ms: 100 }, 'proxy', 'timeout'],
    [{ kind: 'endless-headers' }, 'proxy', 'protocol'],
    [{ kind: 'no-tunnel' }, 'tls', 'tls-failed'],
    [{ kind: 'wants-credentials' }, 'proxy', 'auth'],
    [{ kind: 'refuse' }, 'proxy', 'proxy-refused'],
    [{ kind: 'garbage' }, 'proxy', 'protocol'],
    [{ kind: 'mitm', pair: pem.untrustedChain }, 'tls', 'tls-mitm'],
  ];

  test('one proxy per failure, next to working proxies', async () => {
    await using testbed = await startTestbed();
    const records: object[] = [];
    const truth: (readonly [string, string] | 'alive')[] = [];
    const add = async (options: ProxyOptions, expected: (typeof truth)[number]) => {
      const { port } = await testbed.proxy(options);
      records.push(record(`${options.protocol}://127.0.0.1:${port}`));
      truth.push(expected);
    };
    for (const [fault, phase, kind] of bad) {
      await add({ protocol: 'http', fault }, [phase, kind]);
      await add({ protocol: 'http' }, 'alive');
    }
    for (const protocol of ['https', 'socks4', 'socks4a', 'socks5'] as const) {
      await add({ protocol }, 'alive');
      await add({ protocol, fault: { kind: 'slow', ms: 100 } }, 'alive');
    }
    records.push(record(`http://127.0.0.1:${await closedPort()}`));
    truth.push(['tcp', 'refused']);
    await testbed.write('proxies.json', listText(records));
    await using result = await testbed.run(QUICK);
    const found = (await proxies(testbed)).map(
      (one: { is_working: boolean; retest: { phase: string; kind: string } }) =>
        one.is_working ? 'alive' : [one.retest.phase, one.retest.kind],
    );
    expect(found, result.log).toEqual(truth);
    expect(result.outputs).toMatchObject({
      inconclusive: '0',
      invalid: '0',
      died: String(bad.length + 1),
    });
  });
});

describe('unavailable targets', () => {
  test('writes nothing when no target answers', async () => {
    await using testbed = await startTestbed();
    const { port } = await testbed.proxy({ protocol: 'http' });
    const text = listText([record(`http://127.0.0.1:${port}`)]);
    await testbed.write('proxies.json', text);
    for (const target of testbed.targets) await target.close();
    await using result = await testbed.run();
    expect(result.outputs, result.log).toMatchObject({
      verdict: 'unknown',
      'stop-reason': 'targets-down',
      tested: '0',
      changed: 'false',
    });
    expect(result.exitCode).toBe(1);
    expect(await testbed.read('proxies.json')).toBe(text);
    expect(await readdir(testbed.folder)).toEqual(['proxies.json']);
  });

  test('does not mark a proxy as dead after failing on one target', async () => {
    await using testbed = await startTestbed();
    const dead = await closedPort();
    const text = listText([record(`http://127.0.0.1:${dead}`)]);
    await testbed.write('proxies.json', text);
    await testbed.targets[1]?.close();
    await using result = await testbed.run();
    expect(result.outputs, result.log).toMatchObject({ died: '0', tested: '1', changed: 'false' });
    expect((await reportOf(result)).result.stats.unconfirmed).toBe(1);
    expect(await testbed.read('proxies.json')).toBe(text);
    // The next run requests a second target.
    await using again = await testbed.run({
      select: 'all',
      targets: `${testbed.targets[0]?.url}/other\n${testbed.targets[0]?.url}/`,
    });
    expect(again.outputs, again.log).toMatchObject({ died: '1', changed: 'true' });
  });

  test('uses the other target in the second run with one attempt', async () => {
    await using testbed = await startTestbed();
    await testbed.write(
      'proxies.json',
      listText([record(`http://127.0.0.1:${await closedPort()}`)]),
    );
    const inputs = { attempts: '1', select: 'all', 'fail-on': 'never' };
    await using first = await testbed.run(inputs);
    expect(first.outputs, first.log).toMatchObject({ tested: '1', died: '0', changed: 'false' });
    await using second = await testbed.run(inputs);
    expect(second.outputs, second.log).toMatchObject({ tested: '1', died: '1', changed: 'true' });
  });

  test('keeps the list when nine of ten fail at once', async () => {
    await using testbed = await startTestbed();
    const { port } = await testbed.proxy({ protocol: 'http' });
    const records = [record(`http://127.0.0.1:${port}`)];
    for (let count = 0; count < 9; count++) {
      records.push(record(`http://127.0.0.1:${await closedPort()}#${count}`));
    }
    const text = listText(records);
    await testbed.write('proxies.json', text);
    await using result = await testbed.run();
    expect(result.outputs, result.log).toMatchObject({
      verdict: 'warn',
      changed: 'false',
      alive: '1',
    });
    expect((await reportOf(result)).result.guard).toEqual({
      tested: 10,
      retained: 1,
      triggered: true,
    });
    expect(await testbed.read('proxies.json')).toBe(text);
    expect(await readdir(testbed.folder)).toEqual(['proxies.json']);
    await using forced = await testbed.run({ 'min-retain-ratio': '0' });
    expect(forced.outputs, forced.log).toMatchObject({ died: '9', changed: 'true' });
  });
});

describe('addresses that are not public', () => {
  test('are not dialled without allow-private, also behind a name', async () => {
    await using testbed = await startTestbed();
    const { port, connections } = await testbed.proxy({ protocol: 'http' });
    const hosts = [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '169.254.1.1',
      '100.64.0.1',
      '100.100.100.200',
      '0.0.0.0',
      '[::ffff:127.0.0.1]',
      '[::ffff:169.254.169.254]',
      '[64:ff9b::a9fe:a9fe]',
      '[fd00:ec2::254]',
      '[fe80::1]',
      '192.0.2.1',
    ];
    const text = listText(hosts.map((host) => record(`http://${host}:${port}`)));
    await testbed.write('proxies.json', text);
    const dials = join(testbed.folder, 'dials');
    await testbed.write('dials', '');
    const preload = new URL('proxy/record-dials.mjs', import.meta.url).href;
    await using result = await testbed.run(
      { 'allow-private': 'false' },
      { env: { NODE_OPTIONS: `--import=${preload}`, RECORD_DIALS: dials } },
    );
    expect(result.outputs, result.log).toMatchObject({
      verdict: 'unknown',
      skipped: String(hosts.length),
      tested: '0',
      changed: 'false',
    });
    expect(await testbed.read('proxies.json')).toBe(text);
    expect(connections).toBe(0);
    // Only the targets are dialled.
    const dialled = new Set((await testbed.read('dials')).trim().split('\n'));
    expect(dialled).toEqual(new Set(testbed.targets.map((target) => `127.0.0.1 ${target.port}`)));
  });
});

test('keeps credentials and links out of the log, summary, report and state', async () => {
  await using testbed = await startTestbed();
  const credentials = { user: 'someuser', password: 'hunter2secret' };
  const { port } = await testbed.proxy({ protocol: 'socks5', credentials });
  await testbed.write(
    'proxies.json',
    listText([
      record(`socks5://someuser:hunter2secret@127.0.0.1:${port}#remark`),
      record(`http://someuser:hunter2secret@127.0.0.1:${await closedPort()}`),
      record('vmess://hunter2secret'),
      record('http://someuser:hunter2secret@127.0.0.1:notaport'),
    ]),
  );
  await using result = await testbed.run({}, { debug: true });
  expect(result.outputs, result.log).toMatchObject({ alive: '1', invalid: '2' });
  const state = await testbed.read('proxies.json.state.ndjson');
  const everything = [
    result.stdout,
    result.stderr,
    result.summary,
    state,
    JSON.stringify(result.outputs),
    JSON.stringify(await reportOf(result)),
  ].join('\n');
  expect(everything).not.toMatch(/hunter2secret|someuser|:\/\/[^/\s"]*@/);
});

describe('stopping', () => {
  test('keeps the results of a cancelled run', async () => {
    await using testbed = await startTestbed();
    const good = await testbed.proxy({ protocol: 'http' });
    const hung = await testbed.proxy({ protocol: 'http', fault: { kind: 'hang' } });
    const records = [
      ...Array.from({ length: 5 }, (_, index) =>
        record(`http://u${index}:p@127.0.0.1:${good.port}`),
      ),
      ...Array.from({ length: 5 }, (_, index) =>
        record(`http://u${index}:p@127.0.0.1:${hung.port}`),
      ),
    ];
    await testbed.write('proxies.json', listText(records));
    const longTimeouts = { 'handshake-timeout': '30s', 'total-timeout': '60s', 'per-host': '64' };
    await using result = await testbed.run(
      { ...longTimeouts, 'first-byte-timeout': '30s' },
      { cancel: { when: /tested$/ } },
    );
    expect(result.outcome).toBe('cancelled');
    expect(result.outputs, result.log).toMatchObject({ 'stop-reason': 'cancelled', alive: '5' });
    expect(result.durationMs).toBeLessThan(12_000);
    const found = (await proxies(testbed)).map(
      (one: { tested_at: string }) => one.tested_at !== OLD,
    );
    expect(found).toEqual([true, true, true, true, true, false, false, false, false, false]);
    await using next = await testbed.run({
      'handshake-timeout': '300ms',
      'per-host': '64',
      'min-retain-ratio': '0',
    });
    expect(next.outputs, next.log).toMatchObject({ tested: '5', alive: '0', died: '5' });
  }, 40_000);

  test('restores the results of a killed run from the journal', async () => {
    await using testbed = await startTestbed();
    const good = await testbed.proxy({ protocol: 'http' });
    const hung = await testbed.proxy({ protocol: 'http', fault: { kind: 'hang' } });
    const text = listText([
      ...Array.from({ length: 3 }, (_, index) =>
        record(`http://u${index}:p@127.0.0.1:${good.port}`),
      ),
      record(`http://127.0.0.1:${hung.port}`),
    ]);
    await testbed.write('proxies.json', text);
    await using result = await testbed.run(
      { 'handshake-timeout': '30s', 'total-timeout': '60s' },
      { cancel: { when: /tested$/ }, patience: { afterInterrupt: 0, afterTerminate: 0 } },
    );
    expect(result.signal).toBe('SIGKILL');
    expect(await testbed.read('proxies.json')).toBe(text);
    const before = good.connections;
    await using next = await testbed.run({ 'handshake-timeout': '300ms' });
    expect(next.outputs, next.log).toMatchObject({ alive: '3', died: '1', changed: 'true' });
    expect((await reportOf(next)).result.resumed).toBe(3);
    expect(good.connections, 'no endpoint is tested twice').toBe(before);
    expect(await readdir(testbed.folder)).toEqual(['proxies.json', 'proxies.json.state.ndjson']);
  }, 40_000);

  test('stops within a second after the budget', async () => {
    await using testbed = await startTestbed();
    const { port } = await testbed.proxy({ protocol: 'http', fault: { kind: 'hang' } });
    const records = Array.from({ length: 200 }, (_, index) =>
      record(`http://u${index}:p@127.0.0.1:${port}`),
    );
    await testbed.write('proxies.json', listText(records));
    const started = performance.now();
    await using result = await testbed.run({ budget: '3s', concurrency: '16' });
    expect(result.outputs, result.log).toMatchObject({ 'stop-reason': 'budget', tested: '0' });
    // Node takes a second to start under Wine.
    if (windowsLane() === undefined) {
      expect(performance.now() - started).toBeLessThan(3_000 + 1_000);
    }
  });
});

test('writes nothing without significant changes, with dry-run and with mode: plan', async () => {
  await using testbed = await startTestbed();
  const { port } = await testbed.proxy({ protocol: 'http' });
  await testbed.write('proxies.json', listText([record(`http://127.0.0.1:${port}`)]));
  await using plan = await testbed.run({ mode: 'plan' });
  expect(plan.outputs, plan.log).toMatchObject({ planned: '1', tested: '0', changed: 'false' });
  expect(await readdir(testbed.folder)).toEqual(['proxies.json']);
  await using dry = await testbed.run({ 'dry-run': 'true' });
  expect(dry.outputs, dry.log).toMatchObject({ tested: '1', changed: 'false' });
  expect(await readdir(testbed.folder)).toEqual(['proxies.json']);
  await using first = await testbed.run();
  expect(first.outputs).toMatchObject({ changed: 'true' });
  const { mtimeMs } = await stat(join(testbed.folder, 'proxies.json'));
  await using second = await testbed.run({ select: 'all' });
  expect(second.outputs, second.log).toMatchObject({ tested: '1', changed: 'false' });
  expect((await stat(join(testbed.folder, 'proxies.json'))).mtimeMs).toBe(mtimeMs);
});

test('merges shards in which no target answered', async () => {
  await using testbed = await startTestbed();
  const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'];
  const links = await Promise.all(
    hosts.map(
      async (host) => `http://${host}:${(await testbed.proxy({ protocol: 'http', host })).port}`,
    ),
  );
  const text = listText(links.map((link) => ({ ...record(link), is_working: false })));
  await testbed.write('proxies.json', text);
  const down = `http://127.0.0.1:${await closedPort()}/\nhttp://127.0.0.1:${await closedPort()}/`;
  const results = (shard: string) => join(testbed.folder, `results-${shard[0]}.ndjson`);
  const runWithoutTargets = async (shard: string) => {
    await using run = await testbed.run({ shard, results: results(shard), targets: down });
    expect(run.outputs, run.log).toMatchObject({
      verdict: 'unknown',
      'stop-reason': 'targets-down',
    });
  };
  const merge = () =>
    testbed.run({ mode: 'merge', results: join(testbed.folder, 'results-*.ndjson') });
  await runWithoutTargets('1/2');
  await runWithoutTargets('2/2');
  await using none = await merge();
  expect(none.outputs, none.log).toMatchObject({
    verdict: 'unknown',
    message: 'Nothing was tested: no target answered directly',
    changed: 'false',
  });
  expect(await testbed.read('proxies.json')).toBe(text);
  await using successful = await testbed.run({ shard: '2/2', results: results('2/2') });
  expect(Number(successful.outputs.tested), successful.log).toBeGreaterThan(0);
  await using some = await merge();
  expect(some.outputs, some.log).toMatchObject({
    revived: successful.outputs.tested,
    changed: 'true',
  });
  expect(some.log).toContain('No target answered in 1 of 2 shards');
});

test('shards produce the same list as a single run', async () => {
  const ports: number[] = [];
  await using testbed = await startTestbed();
  await using single = await startTestbed();
  for (let count = 0; count < 12; count++) {
    const fault: ProxyFault = count % 3 === 0 ? { kind: 'refuse' } : { kind: 'none' };
    const host = `127.0.0.${(count % 5) + 1}`;
    ports.push((await testbed.proxy({ protocol: 'http', fault, host })).port);
  }
  const text = listText(
    ports.flatMap((port, index) => [
      record(`http://127.0.0.${(index % 5) + 1}:${port}#one`),
      record(`http://127.0.0.${(index % 5) + 1}:${port}#two`),
    ]),
  );
  await testbed.write('proxies.json', text);
  await single.write('proxies.json', text);
  await using shards = await testbed.run({ mode: 'shard', shards: '8' });
  const { include } = JSON.parse(shards.outputs.matrix ?? '');
  expect(include).toHaveLength(8);
  let tested = 0;
  for (const { shard, name } of include) {
    await using result = await testbed.run({ shard, results: `results-${name}.ndjson` });
    tested += Number(result.outputs.tested);
    expect(result.outputs, result.log).toMatchObject({ changed: 'false' });
  }
  expect(tested).toBe(12);
  expect(await testbed.read('proxies.json')).toBe(text);
  await using merged = await testbed.run({
    mode: 'merge',
    results: join(testbed.folder, 'results-*.ndjson'),
  });
  await using alone = await single.run({ targets: testbed.inputs.targets ?? '' });
  expect(merged.outputs, merged.log).toMatchObject({ died: '4', alive: '8', changed: 'true' });
  expect(alone.outputs, alone.log).toMatchObject({ died: '4', alive: '8' });
  const withoutTimes = (list: string) =>
    list.replace(/"(tested_at|latency)": [^,\n]*|"score": [\d.]+/g, '…');
  expect(withoutTimes(await testbed.read('proxies.json'))).toBe(
    withoutTimes(await single.read('proxies.json')),
  );
});
