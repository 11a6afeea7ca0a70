import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TestResult } from './history.ts';
import {
  formatJournalLine,
  openJournal,
  parseResults,
  readJournal,
  removeJournal,
} from './journal.ts';

const ID = 'a'.repeat(64);
const RESULTS: readonly TestResult[] = [
  { state: 'alive', at: 1, latency: 12.5, address: '192.0.2.1' },
  { state: 'alive', at: 1, latency: 12.5, address: '', anonymity: 'elite' },
  { state: 'failed', at: 1, phase: 'tcp', kind: 'refused', message: 'x', targets: ['a', 'b'] },
  { state: 'inconclusive', at: 1, message: 'no target' },
  { state: 'skipped', at: 1, kind: 'address-refused', message: 'private' },
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a line', () => {
  test.each(RESULTS)('is parsed again: $state', (result) => {
    expect(parseResults(formatJournalLine(ID, result))).toEqual(new Map([[ID, result]]));
  });

  test.each([
    ['', 'nothing'],
    ['{"id":"', 'one that was cut off'],
    ['[]', 'a list'],
    ['{"id":"short","state":"void","at":1,"message":"x"}', 'no identity'],
    [`{"id":"${ID}","state":"void","at":"now","message":"x"}`, 'no time'],
    [`{"id":"${ID}","state":"well","at":1}`, 'no state'],
    [`{"id":"${ID}","state":"alive","at":1,"latency":"5","address":""}`, 'no latency'],
    [`{"id":"${ID}","state":"alive","at":1,"latency":5}`, 'no address'],
    [`{"id":"${ID}","state":"failed","at":1,"kind":"x","phase":"y","targets":[1]}`, 'no targets'],
    [`{"id":"${ID}","state":"failed","at":1,"kind":"x","phase":"y","targets":"a"}`, 'no list'],
    [`{"id":"${ID}","state":"skipped","at":1}`, 'no message'],
  ])('%s is left out: %s', (line) => {
    const [good] = RESULTS;
    const text = `${line}\n${formatJournalLine('b'.repeat(64), good as TestResult)}`;
    expect([...parseResults(text).keys()]).toEqual(['b'.repeat(64)]);
  });
});

test('the last result of an endpoint counts', () => {
  const path = join(folder, 'journal');
  const journal = openJournal(path);
  for (const result of RESULTS) journal.add(ID, result);
  journal.close();
  expect(readJournal(path)).toEqual(new Map([[ID, RESULTS.at(-1)]]));
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(RESULTS.length + 1);
  const again = openJournal(path);
  again.add('c'.repeat(64), RESULTS[0] as TestResult);
  again.close();
  expect(readJournal(path).size).toBe(2);
  removeJournal(path);
  removeJournal(path);
  expect(existsSync(path)).toBe(false);
});

test('results are flushed before close', () => {
  const path = join(folder, 'journal');
  const journal = openJournal(path);
  for (let at = 0; at < 100; at++) journal.add(ID, { state: 'inconclusive', at, message: 'x' });
  expect(readJournal(path).get(ID)?.at).toBeGreaterThanOrEqual(63);
  journal.close();
});

test('a missing journal is empty, and an unwritable one fails with a remedy', () => {
  expect(readJournal(join(folder, 'none'))).toEqual(new Map());
  expect(() => readJournal(folder)).toThrow(/EISDIR/);
  expect(() => openJournal(join(folder, 'no/where'))).toThrow(/^cannot write .*where$/);
});
