import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeClock } from '@repo/testkit/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sha } from '../testing/history.ts';
import type { Ledger } from './ledger.ts';
import { localLedger } from './local-ledger.ts';

const [A, BAD] = [sha('a'), sha('f')];
let folder: string;
let ledger: Ledger;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-ledger-'));
  ledger = localLedger(folder, fakeClock());
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, 'ledger.jsonl');
const lines = () => readFileSync(file(), 'utf8').split('\n').length - 1;
const RECORD = {
  rollbackId: 'rb-1',
  badRelease: BAD,
  to: { revision: A, content: 'tree' },
  state: 'good',
  reason: 'status 500',
  freeze: true,
} as const;

test('is empty at first', async () => {
  expect(await ledger.history()).toEqual({ entries: [], hold: undefined });
});

test('a release: opened, good, bad', async () => {
  const entry = await ledger.open({ key: 'k', revision: A, content: 'tree' });
  expect(entry).toMatchObject({ kind: 'deploy', state: 'unfinished', content: 'tree' });
  await ledger.mark(entry, 'good', '');
  await ledger.mark(entry, 'bad', 'it lost data');
  expect((await ledger.history()).entries).toMatchObject([
    { id: entry.id, state: 'bad', reason: 'it lost data' },
  ]);
});

test('what is repeated is there once', async () => {
  const first = await ledger.open({ key: 'k', revision: A, content: '' });
  expect(await ledger.open({ key: 'k', revision: A, content: '' })).toEqual(first);
  const record = await ledger.record(RECORD);
  expect(await ledger.record(RECORD)).toEqual(record);
  await ledger.mark({ ...first, state: 'good' }, 'good', '');
  expect(lines()).toBe(2);
});

test('a rollback holds the environment until somebody unfreezes', async () => {
  await ledger.record(RECORD);
  expect(await ledger.history()).toMatchObject({
    entries: [{ kind: 'rollback', revision: A, rollback: { rollbackId: 'rb-1', badRelease: BAD } }],
    hold: { reason: 'status 500' },
  });
  await ledger.unfreeze('run 7');
  expect((await ledger.history()).hold).toBeUndefined();
  await ledger.record({ ...RECORD, rollbackId: 'rb-2', freeze: false });
  expect((await ledger.history()).hold).toBeUndefined();
});

test('a line that a kill has torn is left out, and spoils nothing', async () => {
  await ledger.open({ key: 'k', revision: A, content: '' });
  appendFileSync(file(), '{"event":"opened","id":"r-');
  expect((await ledger.history()).entries).toHaveLength(1);
  await ledger.open({ key: 'other', revision: BAD, content: '' });
  expect((await ledger.history()).entries.map(({ revision }) => revision)).toEqual([BAD, A]);
});

test.each([
  ['no event of ours', '{"event":"gone"}'],
  [
    'a revision that leads elsewhere',
    '{"event":"opened","id":"r-1","key":"","revision":"../..","content":"","atMs":1}',
  ],
  [
    'an id that leads elsewhere',
    '{"event":"opened","id":"../x","key":"","revision":"","content":"","atMs":1}',
  ],
  ['a time before all times', '{"event":"unfrozen","by":"","atMs":-1}'],
  ['a list', '[]'],
])('%s is refused, with the path', async (_, line) => {
  writeFileSync(file(), `${line}\n`);
  await expect(ledger.history()).rejects.toThrow(
    /ledger\.jsonl has a line that this action did not write/,
  );
});
