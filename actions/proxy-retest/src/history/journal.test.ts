import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from './history.ts';
import { journalLine, openJournal, parseFindings, readJournal, removeJournal } from './journal.ts';

const ID = 'a'.repeat(64);
const FINDINGS: readonly Finding[] = [
  { state: 'alive', at: 1, latency: 12.5, address: '192.0.2.1' },
  { state: 'alive', at: 1, latency: 12.5, address: '', anonymity: 'elite' },
  { state: 'failed', at: 1, phase: 'tcp', kind: 'refused', message: 'x', targets: ['a', 'b'] },
  { state: 'void', at: 1, message: 'no target' },
  { state: 'skipped', at: 1, kind: 'address-refused', message: 'private' },
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a line', () => {
  test.each(FINDINGS)('reads back as it was written: $state', (finding) => {
    expect(parseFindings(journalLine(ID, finding))).toEqual(new Map([[ID, finding]]));
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
    const [good] = FINDINGS;
    const text = `${line}\n${journalLine('b'.repeat(64), good as Finding)}`;
    expect([...parseFindings(text).keys()]).toEqual(['b'.repeat(64)]);
  });
});

test('what was found out is in the file, the last on each endpoint counts', () => {
  const path = join(folder, 'journal');
  const journal = openJournal(path);
  for (const finding of FINDINGS) journal.add(ID, finding);
  journal.close();
  expect(readJournal(path)).toEqual(new Map([[ID, FINDINGS.at(-1)]]));
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(FINDINGS.length + 1);
  const again = openJournal(path);
  again.add('c'.repeat(64), FINDINGS[0] as Finding);
  again.close();
  expect(readJournal(path).size).toBe(2);
  removeJournal(path);
  removeJournal(path);
  expect(existsSync(path)).toBe(false);
});

test('many are written before the end', () => {
  const path = join(folder, 'journal');
  const journal = openJournal(path);
  for (let at = 0; at < 100; at++) journal.add(ID, { state: 'void', at, message: 'x' });
  expect(readJournal(path).get(ID)?.at).toBeGreaterThanOrEqual(63);
  journal.close();
});

test('where there is none, nothing is known; where none can be, it is told with the remedy', () => {
  expect(readJournal(join(folder, 'none'))).toEqual(new Map());
  expect(() => readJournal(folder)).toThrow(/EISDIR/);
  expect(() => openJournal(join(folder, 'no/where'))).toThrow(/^cannot write .*where$/);
});
