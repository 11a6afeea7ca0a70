import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { computeChanges } from '../history/changes.ts';
import type { History, TestResult } from '../history/history.ts';
import { memorySource } from './byte-source.ts';
import { type ProxyList, readList } from './list.ts';
import type { ListFormat } from './list-format.ts';
import {
  planListChanges,
  sideFilePath,
  type WriteRules,
  writeList,
  writeSideFile,
} from './write-list.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 2);
const RULES: WriteRules = {
  ...{ existingFieldsOnly: false, maxAgeMs: 2 * HOUR, dropAfterMs: 24 * HOUR },
  ...{ now: NOW, geolocate: undefined },
};

const alive = (changes: Partial<Extract<TestResult, { state: 'alive' }>> = {}): TestResult => ({
  ...{ state: 'alive', at: NOW, latency: 42, address: '' },
  ...changes,
});
const dead: TestResult = {
  ...{ state: 'failed', at: NOW, phase: 'tcp', kind: 'refused', message: 'refused' },
  targets: ['one.example', 'two.example'],
};
const longDead = (changes: Partial<History> = {}): History => ({
  ...{ status: 'dead', at: NOW - HOUR, since: NOW - 24 * HOUR - 1, fails: 2, flips: 0 },
  ...{ s: 0, n: 2, observedMs: 48 * HOUR },
  ...changes,
});

interface RunOptions {
  readonly results?: Readonly<Record<string, TestResult>>;
  readonly histories?: Readonly<Record<string, History>>;
  readonly rules?: Partial<WriteRules>;
  readonly format?: ListFormat | 'auto';
}

function byId<T>({ entries }: ProxyList, byHost: Readonly<Record<string, T>> = {}): Map<string, T> {
  return new Map(
    entries.flatMap(({ id, host }) => {
      const value = byHost[host];
      return value === undefined ? [] : [[id, value] as const];
    }),
  );
}

/** Writes the list after a run with these results. */
async function rewrite(text: string, { results, histories, rules, format }: RunOptions) {
  const source = memorySource(Buffer.from(text));
  const list = await readList(source, 'list.txt', format ?? 'auto');
  const stored = byId(list, histories);
  const changes = computeChanges(byId(list, results), stored);
  const given = { ...RULES, ...rules };
  const listChanges = planListChanges(list, changes, stored, given);
  const written = await inFolder(async (folder) => {
    const path = join(folder, 'list');
    await writeList(path, list, changes, listChanges, given, source);
    return readFile(path, 'utf8');
  });
  return {
    text: written,
    isSignificant: listChanges.isSignificant,
    dropped: listChanges.dropped.size,
  };
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'write-list-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const before = { latency: 40, is_working: true, tested_at: '2026-01-01T23:00:00Z' };
const createRecord = (host: string, fields: object = {}) => ({
  ...{ config: `http://${host}:80`, ...before },
  ...fields,
});
const rewriteRecord = async (
  record: object,
  options: RunOptions,
): Promise<Record<string, unknown>> =>
  JSON.parse((await rewrite(JSON.stringify([record]), options)).text)[0];

describe('a record', () => {
  test('gets the result; every other byte stays the same', async () => {
    const text =
      '[\n  {"city": "Zürich",   "config": "http://a:80", "latency": 1.50, "is_working": false, "tested_at": "x"},' +
      '\n\t{ "config" :"http://b:80" , "is_working":true,"latency":7, "tested_at":null, "scores" : [ 1e2 ] }\n]\n\n';
    const result = await rewrite(text, { results: { a: alive(), b: dead } });
    const [a, b] = JSON.parse(result.text);
    const tested_at = '2026-01-02T00:00:00.000Z';
    expect(a).toMatchObject({ latency: 42, is_working: true, tested_at, retest: { fails: 0 } });
    expect(b).toMatchObject({ latency: null, is_working: false, tested_at, retest: { fails: 1 } });
    expect(result.text).toContain(
      '[\n  {"city": "Zürich",   "config": "http://a:80", "latency": 42,',
    );
    expect(result.text).toContain('},\n\t{ "config" :"http://b:80" , "is_working":false,');
    expect(result.text).toContain('"scores" : [ 1e2 ]');
    expect(result.text.endsWith(' }\n]\n\n')).toBe(true);
  });

  test('keeps the format of tested_at', async () => {
    const results = { a: alive() };
    const python = createRecord('a', { tested_at: '2026-01-01T00:00:00+00:00' });
    expect((await rewriteRecord(python, { results })).tested_at).toBe(
      '2026-01-02T00:00:00.000+00:00',
    );
    expect((await rewriteRecord(createRecord('a'), { results })).tested_at).toBe(
      '2026-01-02T00:00:00.000Z',
    );
  });

  test('of another tool gets only the field retest', async () => {
    const stranger = { protocol: 'http', host: 'a', port: 80, timeout: 0.5 };
    const after = await rewriteRecord(stranger, { results: { a: alive() } });
    expect(Object.keys(after)).toEqual([...Object.keys(stranger), 'retest']);
    expect(after.retest).toMatchObject({ alive: true, latency: 42, fails: 0 });
  });

  test('is updated together with its duplicates', async () => {
    const records = [
      createRecord('a'),
      createRecord('b'),
      { ...createRecord('a'), config: 'http://a:80#other name' },
    ];
    const result = await rewrite(JSON.stringify(records), { results: { a: dead } });
    expect(JSON.parse(result.text).map((one: typeof before) => one.is_working)).toEqual([
      ...[false, true, false],
    ]);
  });

  test.each<[string, TestResult]>([
    ['one failure is unconfirmed', { ...dead, targets: ['one.example'] } as TestResult],
    ['inconclusive', { state: 'inconclusive', at: NOW, message: 'no target answered' }],
    ['not dialled', { state: 'skipped', at: NOW, kind: 'address-refused', message: 'private' }],
  ])('does not change: %s', async (_, result) => {
    const text = JSON.stringify([createRecord('a')]);
    expect(await rewrite(text, { results: { a: result } })).toEqual({
      text,
      isSignificant: false,
      dropped: 0,
    });
  });

  test('does not change when it is invalid or a bare link', async () => {
    const text = '[ {"config":"vmess://broken"} , 7, "# no comment", "http://a:80" ]';
    const results = { a: alive() };
    expect((await rewrite(text, { results })).text).toBe(text);
  });

  test.each<[ListFormat, string]>([
    ['plain', '# one\r\nhttp://a:80#name\r\n\r\nb:80'],
    ['base64', Buffer.from('http://a:80\nb:80').toString('base64')],
  ])('does not change in a format without fields: %s', async (format, text) => {
    const result = await rewrite(text, { format, results: { a: alive(), b: dead } });
    expect(result).toEqual({ text, isSignificant: false, dropped: 0 });
  });
});

describe('existing-fields-only', () => {
  const rules = { existingFieldsOnly: true };
  const results = { a: alive() };

  test('updates fields without adding any', async () => {
    const record = createRecord('a');
    const after = await rewriteRecord(record, { results, rules });
    expect(after).toEqual({ ...record, latency: 42, tested_at: '2026-01-02T00:00:00.000Z' });
  });

  test('does not change the record of another tool', async () => {
    const text = '[{"protocol":"http","host":"a","port":80}]';
    expect((await rewrite(text, { results, rules })).text).toBe(text);
  });

  test('updates only existing location fields', async () => {
    const geolocate = () => ({ country: 'Netherlands', city: 'Delft' });
    const record = createRecord('a', { country: null });
    const after = await rewriteRecord(record, {
      results,
      rules: { existingFieldsOnly: true, geolocate },
    });
    expect(Object.keys(after)).toEqual(Object.keys(record));
    expect(after.country).toBe('Netherlands');
  });
});

describe('the location', () => {
  const geolocate = (address: string) => ({ country: `of ${address}` });

  test('uses the dialled address, or the host of the list', async () => {
    const options = (address: string) => ({
      results: { a: alive({ address }) },
      rules: { geolocate },
    });
    expect((await rewriteRecord(createRecord('a'), options('192.0.2.1'))).country).toBe(
      'of 192.0.2.1',
    );
    expect((await rewriteRecord(createRecord('a'), options(''))).country).toBe('of a');
  });

  test('does not change for dead and untested endpoints', async () => {
    const record = createRecord('a', { country: 'unchanged' });
    for (const results of [{ a: dead }, {}]) {
      expect((await rewriteRecord(record, { results, rules: { geolocate } })).country).toBe(
        'unchanged',
      );
    }
  });
});

describe('significant changes', () => {
  test.each<[string, object, TestResult, boolean]>([
    ['the same as before', {}, alive(), false],
    ['status changed', {}, dead, true],
    ['latency changed', {}, alive({ latency: 400 }), true],
    ['older than max-age', { tested_at: '2026-01-01T21:59:59Z' }, alive(), true],
    ['exactly max-age old', { tested_at: '2026-01-01T22:00:00Z' }, alive(), false],
  ])('%s', async (_, fields, result, expected) => {
    const text = JSON.stringify([createRecord('b'), createRecord('a', fields)]);
    const { isSignificant } = await rewrite(text, { results: { a: result } });
    expect(isSignificant).toBe(expected);
  });

  test('nothing was tested', async () => {
    expect((await rewrite(JSON.stringify([createRecord('a')]), {})).isSignificant).toBe(false);
  });
});

describe('drop-after', () => {
  test.each<[string, History, number, boolean]>([
    ['dead for longer', longDead(), 24 * HOUR, true],
    ['dead for exactly drop-after', longDead({ since: NOW - 24 * HOUR }), 24 * HOUR, false],
    ['failed only once', longDead({ fails: 1 }), 24 * HOUR, false],
    ['unconfirmed', longDead({ status: 'unconfirmed' }), 24 * HOUR, false],
    ['alive', longDead({ status: 'alive' }), 24 * HOUR, false],
    ['never', longDead({ since: 0 }), Number.POSITIVE_INFINITY, false],
  ])('%s', async (_, history, dropAfterMs, gone) => {
    const text = JSON.stringify([createRecord('a'), createRecord('b')]);
    const result = await rewrite(text, { histories: { a: history }, rules: { dropAfterMs } });
    expect(result).toEqual({
      text: gone ? JSON.stringify([createRecord('b')]) : text,
      isSignificant: gone,
      dropped: gone ? 1 : 0,
    });
  });

  test('keeps an endpoint that answers in this run', async () => {
    const options = { histories: { a: longDead() }, results: { a: alive() } };
    expect((await rewrite(JSON.stringify([createRecord('a')]), options)).dropped).toBe(0);
  });

  const plain = ['# first', 'a:80', '', 'b:80 two', 'http://a:80#again', 'c:80'];
  test.each([
    ['\n', ''],
    ['\n', '\n'],
    ['\r\n', ''],
    ['\r\n', '\r\n'],
  ])('removes a line with its line ending: %j, at the end %j', async (feed, end) => {
    const text = `${plain.join(feed)}${end}`;
    const result = await rewrite(text, { histories: { a: longDead() }, format: 'plain' });
    expect(result.text).toBe(`${['# first', '', 'b:80 two', 'c:80'].join(feed)}${end}`);
    expect(result.dropped).toBe(2);
  });

  test('removes a line of NDJSON', async () => {
    const lines = ['a', 'b'].map((host) => JSON.stringify(createRecord(host)));
    const result = await rewrite(`${lines.join('\n')}\n`, { histories: { a: longDead() } });
    expect(result.text).toBe(`${lines[1]}\n`);
  });

  test('keeps the encoding of a subscription', async () => {
    const encode = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '');
    const result = await rewrite(encode('http://a:80\nhttp://bb:80\n'), {
      histories: { a: longDead() },
    });
    expect(result.text).toBe(encode('http://bb:80\n'));
  });

  test('leaves a valid JSON array', async () => {
    const element = fc.constantFrom(
      ...[
        JSON.stringify(createRecord('gone')),
        JSON.stringify(createRecord('kept')),
        '"http://gone:80"',
      ],
      ...['"# no comment"', '{"config":"broken"}', '7', '[]'],
    );
    const gap = fc.constantFrom('', ' ', '\n  ');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(gap, element, gap), { minLength: 1, maxLength: 7 }),
        async (parts) => {
          const text = `[${parts.map((part) => part.join('')).join(',')}]\n`;
          const result = await rewrite(text, { histories: { gone: longDead() } });
          const left = parts.filter(([, one]) => !one.includes('gone')).map(([, one]) => one);
          expect(JSON.parse(result.text)).toEqual(left.map((one) => JSON.parse(one)));
          expect(result.isSignificant).toBe(left.length < parts.length);
        },
      ),
    );
  });

  test('combines removed and changed records', async () => {
    const text = JSON.stringify(['a', 'b', 'c', 'd'].map((host) => createRecord(host)));
    const result = await rewrite(text, {
      histories: { a: longDead(), c: longDead() },
      results: { b: dead, d: alive() },
    });
    expect(JSON.parse(result.text)).toMatchObject([
      { config: 'http://b:80', is_working: false },
      { config: 'http://d:80', latency: 42 },
    ]);
  });
});

test('the side file has a line for each endpoint with a history, sorted', async () => {
  const list = await readList(memorySource(Buffer.from('a:80\nb:80\na:80\nc:80')), 'x', 'plain');
  const stored = byId(list, {
    a: longDead({ failure: { phase: 'tcp', kind: 'refused' } }),
    b: longDead({ status: 'alive', fails: 0 }),
  });
  const lines = await inFolder(async (folder) => {
    const output = join(folder, 'list.txt');
    await writeSideFile(output, list, stored);
    expect(sideFilePath(output)).toBe(`${output}.retest.ndjson`);
    return (await readFile(sideFilePath(output), 'utf8')).trimEnd().split('\n');
  });
  const options = lines.map((line): { id: string; status: string } => JSON.parse(line));
  expect(options.map(({ id }) => id)).toEqual([...stored.keys()].sort());
  const dead = options.find(({ status }) => status === 'dead');
  const [tested_at, phase, kind] = ['2026-01-01T23:00:00.000Z', 'tcp', 'refused'];
  expect(dead).toMatchObject({ tested_at, fails: 2, phase, kind });
});
