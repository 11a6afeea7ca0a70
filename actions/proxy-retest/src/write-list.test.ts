import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changesBy } from './changes.ts';
import type { Finding, History } from './history/history.ts';
import { memorySource } from './list/byte-source.ts';
import type { ListFormat } from './list/list-format.ts';
import { type Survey, survey } from './survey.ts';
import { rewritingOf, sideFile, type WriteRules, writeList, writeSideFile } from './write-list.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 2);
const RULES: WriteRules = {
  ...{ compat: false, maxAge: 2 * HOUR, dropAfter: 24 * HOUR, now: NOW, findPlace: undefined },
};

/** What answers, and what does not, by its host. */
const alive = (changes: Partial<Extract<Finding, { state: 'alive' }>> = {}): Finding => ({
  ...{ state: 'alive', at: NOW, latency: 42, address: '' },
  ...changes,
});
const dead: Finding = {
  ...{ state: 'failed', at: NOW, phase: 'tcp', kind: 'refused', message: 'refused' },
  targets: ['one.example', 'two.example'],
};
const longDead = (changes: Partial<History> = {}): History => ({
  ...{ status: 'dead', at: NOW - HOUR, since: NOW - 24 * HOUR - 1, fails: 2, flips: 0 },
  ...{ s: 0, n: 2, watched: 48 * HOUR },
  ...changes,
});

interface Told {
  readonly findings?: Readonly<Record<string, Finding>>;
  readonly histories?: Readonly<Record<string, History>>;
  readonly rules?: Partial<WriteRules>;
  readonly format?: ListFormat | 'auto';
}

function byId<T>({ entries }: Survey, byHost: Readonly<Record<string, T>> = {}): Map<string, T> {
  return new Map(
    entries.flatMap(({ id, host }) => {
      const value = byHost[host];
      return value === undefined ? [] : [[id, value] as const];
    }),
  );
}

/** The list after a run in which this was found out, and whether it is worth writing. */
async function rewritten(text: string, { findings, histories, rules, format }: Told) {
  const source = memorySource(Buffer.from(text));
  const found = await survey(source, 'list.txt', format ?? 'auto');
  const known = byId(found, histories);
  const changes = changesBy(byId(found, findings), known);
  const given = { ...RULES, ...rules };
  const rewriting = rewritingOf(found, changes, known, given);
  const written = await inFolder(async (folder) => {
    const path = join(folder, 'list');
    await writeList(path, found, changes, rewriting, given, source);
    return readFile(path, 'utf8');
  });
  return { text: written, isMaterial: rewriting.isMaterial, dropped: rewriting.dropped.size };
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
const ours = (host: string, fields: object = {}) => ({
  ...{ config: `http://${host}:80`, ...before },
  ...fields,
});
const only = async (record: object, told: Told): Promise<Record<string, unknown>> =>
  JSON.parse((await rewritten(JSON.stringify([record]), told)).text)[0];

describe('what a record gets', () => {
  test('of one that answers and of one that does not; all else stands, byte for byte', async () => {
    const text =
      '[\n  {"city": "Zürich",   "config": "http://a:80", "latency": 1.50, "is_working": false, "tested_at": "x"},' +
      '\n\t{ "config" :"http://b:80" , "is_working":true,"latency":7, "tested_at":null, "scores" : [ 1e2 ] }\n]\n\n';
    const result = await rewritten(text, { findings: { a: alive(), b: dead } });
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

  test('a time is written as the one before it was', async () => {
    const findings = { a: alive() };
    const python = ours('a', { tested_at: '2026-01-01T00:00:00+00:00' });
    expect((await only(python, { findings })).tested_at).toBe('2026-01-02T00:00:00.000+00:00');
    expect((await only(ours('a'), { findings })).tested_at).toBe('2026-01-02T00:00:00.000Z');
  });

  test('a stranger’s record gets no fields of ours but one', async () => {
    const stranger = { protocol: 'http', host: 'a', port: 80, timeout: 0.5 };
    const after = await only(stranger, { findings: { a: alive() } });
    expect(Object.keys(after)).toEqual([...Object.keys(stranger), 'retest']);
    expect(after.retest).toMatchObject({ alive: true, latency: 42, fails: 0 });
  });

  test('several records of one endpoint all get it', async () => {
    const records = [ours('a'), ours('b'), { ...ours('a'), config: 'http://a:80#other name' }];
    const result = await rewritten(JSON.stringify(records), { findings: { a: dead } });
    expect(JSON.parse(result.text).map((one: typeof before) => one.is_working)).toEqual([
      ...[false, true, false],
    ]);
  });

  test.each<[string, Finding]>([
    ['one failure is not certain', { ...dead, targets: ['one.example'] } as Finding],
    ['nothing could be said', { state: 'void', at: NOW, message: 'no target answered' }],
    ['not dialled', { state: 'skipped', at: NOW, kind: 'address-refused', message: 'private' }],
  ])('nothing: %s', async (_, finding) => {
    const text = JSON.stringify([ours('a')]);
    const result = await rewritten(text, { findings: { a: finding } });
    expect(result).toEqual({ text, isMaterial: false, dropped: 0 });
  });

  test('a bad record and a link that stands there as it is, stay as they are', async () => {
    const text = '[ {"config":"vmess://broken"} , 7, "# no comment", "http://a:80" ]';
    const findings = { a: alive() };
    expect((await rewritten(text, { findings })).text).toBe(text);
  });

  test.each<[ListFormat, string]>([
    ['plain', '# one\r\nhttp://a:80#name\r\n\r\nb:80'],
    ['base64', Buffer.from('http://a:80\nb:80').toString('base64')],
  ])(
    'a list that can carry no results is the same and not worth writing: %s',
    async (format, text) => {
      const result = await rewritten(text, { format, findings: { a: alive(), b: dead } });
      expect(result).toEqual({ text, isMaterial: false, dropped: 0 });
    },
  );
});

describe('compat: only the fields that the list has anyway', () => {
  const rules = { compat: true };
  const findings = { a: alive() };

  test('ours are renewed, none is added', async () => {
    const record = ours('a');
    const after = await only(record, { findings, rules });
    expect(after).toEqual({ ...record, latency: 42, tested_at: '2026-01-02T00:00:00.000Z' });
  });

  test('a stranger’s record stays as it is', async () => {
    const text = '[{"protocol":"http","host":"a","port":80}]';
    expect((await rewritten(text, { findings, rules })).text).toBe(text);
  });

  test('where an address is, only where the record says it anyway', async () => {
    const findPlace = () => ({ country: 'Netherlands', city: 'Delft' });
    const record = ours('a', { country: null });
    const after = await only(record, { findings, rules: { compat: true, findPlace } });
    expect(Object.keys(after)).toEqual(Object.keys(record));
    expect(after.country).toBe('Netherlands');
  });
});

describe('where what is alive is', () => {
  const findPlace = (address: string) => ({ country: `of ${address}` });

  test('by the address that was dialled, or else by what the list says', async () => {
    const told = (address: string) => ({
      findings: { a: alive({ address }) },
      rules: { findPlace },
    });
    expect((await only(ours('a'), told('192.0.2.1'))).country).toBe('of 192.0.2.1');
    expect((await only(ours('a'), told(''))).country).toBe('of a');
  });

  test('of what is dead, and of what was not tested, nothing is touched', async () => {
    const record = ours('a', { country: 'as it was' });
    for (const findings of [{ a: dead }, {}]) {
      expect((await only(record, { findings, rules: { findPlace } })).country).toBe('as it was');
    }
  });
});

describe('what is worth a commit', () => {
  test.each<[string, object, Finding, boolean]>([
    ['the same as before', {}, alive(), false],
    ['another status', {}, dead, true],
    ['another latency', {}, alive({ latency: 400 }), true],
    ['too old', { tested_at: '2026-01-01T21:59:59Z' }, alive(), true],
    ['exactly as old as may be', { tested_at: '2026-01-01T22:00:00Z' }, alive(), false],
  ])('%s', async (_, fields, finding, expected) => {
    const text = JSON.stringify([ours('b'), ours('a', fields)]);
    const result = await rewritten(text, { findings: { a: finding } });
    expect(result.isMaterial).toBe(expected);
  });

  test('nothing was tested', async () => {
    expect((await rewritten(JSON.stringify([ours('a')]), {})).isMaterial).toBe(false);
  });
});

describe('drop-after', () => {
  test.each<[string, History, number, boolean]>([
    ['dead for longer', longDead(), 24 * HOUR, true],
    ['dead for exactly so long', longDead({ since: NOW - 24 * HOUR }), 24 * HOUR, false],
    ['it failed once only', longDead({ fails: 1 }), 24 * HOUR, false],
    ['not certain yet', longDead({ status: 'unsure' }), 24 * HOUR, false],
    ['alive', longDead({ status: 'alive' }), 24 * HOUR, false],
    ['never', longDead({ since: 0 }), Number.POSITIVE_INFINITY, false],
  ])('%s', async (_, history, dropAfter, gone) => {
    const text = JSON.stringify([ours('a'), ours('b')]);
    const result = await rewritten(text, { histories: { a: history }, rules: { dropAfter } });
    expect(result).toEqual({
      text: gone ? JSON.stringify([ours('b')]) : text,
      isMaterial: gone,
      dropped: gone ? 1 : 0,
    });
  });

  test('who answers again in this run stays', async () => {
    const told = { histories: { a: longDead() }, findings: { a: alive() } };
    expect((await rewritten(JSON.stringify([ours('a')]), told)).dropped).toBe(0);
  });

  const plain = ['# first', 'a:80', '', 'b:80 two', 'http://a:80#again', 'c:80'];
  test.each([
    ['\n', ''],
    ['\n', '\n'],
    ['\r\n', ''],
    ['\r\n', '\r\n'],
  ])('a line goes with what ends it: %j, at the end %j', async (feed, end) => {
    const text = `${plain.join(feed)}${end}`;
    const result = await rewritten(text, { histories: { a: longDead() }, format: 'plain' });
    expect(result.text).toBe(`${['# first', '', 'b:80 two', 'c:80'].join(feed)}${end}`);
    expect(result.dropped).toBe(2);
  });

  test('NDJSON is lines as well', async () => {
    const lines = ['a', 'b'].map((host) => JSON.stringify(ours(host)));
    const result = await rewritten(`${lines.join('\n')}\n`, { histories: { a: longDead() } });
    expect(result.text).toBe(`${lines[1]}\n`);
  });

  test('a subscription is encoded as it was', async () => {
    const encode = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '');
    const result = await rewritten(encode('http://a:80\nhttp://bb:80\n'), {
      histories: { a: longDead() },
    });
    expect(result.text).toBe(encode('http://bb:80\n'));
  });

  test('of an array, whichever go, what is left is JSON and as it was', async () => {
    const element = fc.constantFrom(
      ...[JSON.stringify(ours('gone')), JSON.stringify(ours('kept')), '"http://gone:80"'],
      ...['"# no comment"', '{"config":"broken"}', '7', '[]'],
    );
    const gap = fc.constantFrom('', ' ', '\n  ');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(gap, element, gap), { minLength: 1, maxLength: 7 }),
        async (parts) => {
          const text = `[${parts.map((part) => part.join('')).join(',')}]\n`;
          const result = await rewritten(text, { histories: { gone: longDead() } });
          const left = parts.filter(([, one]) => !one.includes('gone')).map(([, one]) => one);
          expect(JSON.parse(result.text)).toEqual(left.map((one) => JSON.parse(one)));
          expect(result.isMaterial).toBe(left.length < parts.length);
        },
      ),
    );
  });

  test('what is dropped and what is changed beside it', async () => {
    const text = JSON.stringify(['a', 'b', 'c', 'd'].map((host) => ours(host)));
    const result = await rewritten(text, {
      histories: { a: longDead(), c: longDead() },
      findings: { b: dead, d: alive() },
    });
    expect(JSON.parse(result.text)).toMatchObject([
      { config: 'http://b:80', is_working: false },
      { config: 'http://d:80', latency: 42 },
    ]);
  });
});

test('the side file: a line an endpoint that something is known of, sorted', async () => {
  const found = await survey(memorySource(Buffer.from('a:80\nb:80\na:80\nc:80')), 'x', 'plain');
  const known = byId(found, {
    a: longDead({ why: { phase: 'tcp', kind: 'refused' } }),
    b: longDead({ status: 'alive', fails: 0 }),
  });
  const lines = await inFolder(async (folder) => {
    const output = join(folder, 'list.txt');
    await writeSideFile(output, found, known);
    expect(sideFile(output)).toBe(`${output}.retest.ndjson`);
    return (await readFile(sideFile(output), 'utf8')).trimEnd().split('\n');
  });
  const told = lines.map((line): { id: string; status: string } => JSON.parse(line));
  expect(told.map(({ id }) => id)).toEqual([...known.keys()].sort());
  const dead = told.find(({ status }) => status === 'dead');
  const [tested_at, phase, kind] = ['2026-01-01T23:00:00.000Z', 'tcp', 'refused'];
  expect(dead).toMatchObject({ tested_at, fails: 2, phase, kind });
});
