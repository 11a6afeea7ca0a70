import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeClock } from '@repo/testkit/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sha } from '../testing/history.ts';
import type { Ledger } from './ledger.ts';
import { createLocalLedger } from './local-ledger.ts';

const [A, BAD] = [sha('a'), sha('f')];
let folder: string;
let ledger: Ledger;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-ledger-'));
  ledger = createLocalLedger(folder, fakeClock());
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, 'ledger.jsonl');
const lines = () => readFileSync(file(), 'utf8').split('\n').length - 1;
const RECORD = {
  rollbackId: 'rb-1',
  badRelease: BAD,
  to: { revision: A, tree: 'tree' },
  state: 'good',
  reason: 'status 500',
  freeze: true,
} as const;

test('starts empty', async () => {
  expect(await ledger.history()).toEqual({ entries: [], freeze: undefined });
});

test('records a release: opened, good, bad', async () => {
  const entry = await ledger.open({ key: 'k', revision: A, tree: 'tree' });
  expect(entry).toMatchObject({ kind: 'deploy', state: 'unfinished', tree: 'tree' });
  await ledger.mark(entry, 'good', '');
  await ledger.mark(entry, 'bad', 'it lost data');
  expect((await ledger.history()).entries).toMatchObject([
    { id: entry.id, state: 'bad', reason: 'it lost data' },
  ]);
});

test('records a repeated call once', async () => {
  const first = await ledger.open({ key: 'k', revision: A, tree: '' });
  expect(await ledger.open({ key: 'k', revision: A, tree: '' })).toEqual(first);
  const record = await ledger.record(RECORD);
  expect(await ledger.record(RECORD)).toEqual(record);
  await ledger.mark({ ...first, state: 'good' }, 'good', '');
  expect(lines()).toBe(2);
});

test('a rollback freezes the environment until it is unfrozen', async () => {
  await ledger.record(RECORD);
  expect(await ledger.history()).toMatchObject({
    entries: [{ kind: 'rollback', revision: A, rollback: { rollbackId: 'rb-1', badRelease: BAD } }],
    freeze: { reason: 'status 500' },
  });
  await ledger.unfreeze('run 7');
  expect((await ledger.history()).freeze).toBeUndefined();
  await ledger.record({ ...RECORD, rollbackId: 'rb-2', freeze: false });
  expect((await ledger.history()).freeze).toBeUndefined();
});

test('skips an incomplete line', async () => {
  await ledger.open({ key: 'k', revision: A, tree: '' });
  appendFileSync(file(), '{"event":"opened","id":"r-');
  expect((await ledger.history()).entries).toHaveLength(1);
  await ledger.open({ key: 'other', revision: BAD, tree: '' });
  expect((await ledger.history()).entries.map(({ revision }) => revision)).toEqual([BAD, A]);
});

test.each([
  ['an unknown event', '{"event":"gone"}'],
  [
    'a revision that is a path',
    '{"event":"opened","id":"r-1","key":"","revision":"../..","tree":"","atMs":1}',
  ],
  [
    'an id that is a path',
    '{"event":"opened","id":"../x","key":"","revision":"","tree":"","atMs":1}',
  ],
  ['a negative time', '{"event":"unfrozen","by":"","atMs":-1}'],
  ['a list', '[]'],
])('rejects %s with the path of the file', async (_, line) => {
  writeFileSync(file(), `${line}\n`);
  await expect(ledger.history()).rejects.toThrow(/ledger\.jsonl has an invalid line/);
});
