import { describe, expect, test } from 'vitest';
import {
  type BenchRecord,
  decodeRecord,
  encodeRecord,
  type RunRecord,
  recordPath,
} from './record.ts';
import { findSurplus, sortOldestFirst } from './retention.ts';

const record: RunRecord = {
  v: 1,
  suite: 's',
  environment: 'e',
  sha: 'a'.repeat(40),
  ref: 'refs/heads/main',
  time: '2026-01-01T00:00:00.000Z',
  run: { id: '7', attempt: '1', job: 'j' },
  env: {},
  status: 'accepted',
  benches: [
    { id: 'b', metric: 'time', unit: 'ns', better: 'lower', kind: 'summary', n: 1, centre: 1 },
  ],
};
const series = { suite: 's', environment: 'e' };
const [bench] = record.benches;

describe('decodeRecord', () => {
  test('returns the encoded record', () => {
    expect(decodeRecord(encodeRecord(record), series)).toEqual(record);
  });

  test.each([
    ['invalid JSON', '{"v":1'],
    ['deeply nested JSON', '['.repeat(100_000)],
    ['a record of another series', encodeRecord({ ...record, suite: 'other' })],
    ['a huge name', encodeRecord({ ...record, ref: 'x'.repeat(5000) })],
    [
      'a value that is not a number',
      JSON.stringify({ ...record, benches: [{ ...bench, centre: '1' }] }),
    ],
    ['an infinite value', encodeRecord(record).replace('"centre":1', '"centre":1e999')],
    ['an unknown direction', JSON.stringify({ ...record, benches: [{ ...bench, better: 'x' }] })],
    ['an invalid time', JSON.stringify({ ...record, time: 'yesterday' })],
    ['a list', '[]'],
  ])('ignores %s', (_, text) => {
    expect(decodeRecord(text, series)).toBeUndefined();
  });

  test.each(['../../../etc/passwd', '..', '', '/', 'a/b', '-rf', '.git', 'naïve ☃'])(
    'encodes the suite %j as one path segment',
    (suite) => {
      const path = recordPath({ ...record, suite });
      expect(path.split('/')).toHaveLength(4);
      expect(path).toMatch(/^v1\/[\w~.-]+\/e\/[\w~.-]+\.json$/);
      expect(path).not.toMatch(/\/\.+\//);
    },
  );
});

test('jobs with the same name have different files', () => {
  const other = { ...record, benches: [{ ...(bench as BenchRecord), id: 'c' }] };
  expect(recordPath(other)).not.toBe(recordPath(record));
  expect(recordPath({ ...record })).toBe(recordPath(record));
});

test('sorts file names by run, imported runs first', () => {
  const names = ['b-12-1-j.json', 'a-9-2-j.json', 'c-9-10-j.json', 'd-0-1700000000000-import.json'];
  expect(sortOldestFirst(names)).toEqual([names[3], names[1], names[2], names[0]]);
  expect(sortOldestFirst(['other', 'b-1-1-j.json'])[0]).toBe('other');
});

test('deletes the oldest files beyond 2,000', () => {
  const names = Array.from({ length: 2005 }, (_, run) => `${'a'.repeat(40)}-${run + 10}-1-j.json`);
  expect(findSurplus(names, [record])).toEqual(names.slice(0, 6));
  expect(findSurplus(names.slice(0, 1999), [record])).toEqual([]);
});
