import { describe, expect, test } from 'vitest';
import { oldestFirst, surplus } from './file-names.ts';
import { type BenchRecord, decodeRecord, encodeRecord, fileOf, type RunRecord } from './record.ts';

const record: RunRecord = {
  ...{ v: 1, suite: 's', environment: 'e', sha: 'a'.repeat(40), ref: 'refs/heads/main' },
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

describe('a record of a branch that others may write to', () => {
  test('comes back as it was', () => {
    expect(decodeRecord(encodeRecord(record), series)).toEqual(record);
  });

  test.each([
    ['no JSON', '{"v":1'],
    ['nested without end', '['.repeat(100_000)],
    ['of another series', encodeRecord({ ...record, suite: 'other' })],
    ['a huge name', encodeRecord({ ...record, ref: 'x'.repeat(5000) })],
    ['no number', JSON.stringify({ ...record, benches: [{ ...bench, centre: '1' }] })],
    ['infinite', encodeRecord(record).replace('"centre":1', '"centre":1e999')],
    [
      'a direction that is none',
      JSON.stringify({ ...record, benches: [{ ...bench, better: 'x' }] }),
    ],
    ['no time', JSON.stringify({ ...record, time: 'yesterday' })],
    ['a list', '[]'],
  ])('%s is none', (_, text) => {
    expect(decodeRecord(text, series)).toBeUndefined();
  });

  test.each(['../../../etc/passwd', '..', '', '/', 'a/b', '-rf', '.git', 'naïve ☃'])(
    'a suite called %j stays within its folder',
    (suite) => {
      const path = fileOf({ ...record, suite });
      expect(path.split('/')).toHaveLength(4);
      expect(path).toMatch(/^v1\/[\w~.-]+\/e\/[\w~.-]+\.json$/);
      expect(path).not.toMatch(/\/\.+\//);
    },
  );
});

test('the jobs of a matrix have one name, and still a file each', () => {
  const other = { ...record, benches: [{ ...(bench as BenchRecord), id: 'c' }] };
  expect(fileOf(other)).not.toBe(fileOf(record));
  expect(fileOf({ ...record })).toBe(fileOf(record));
});

test('names tell the order of runs, imported ones first', () => {
  const names = ['b-12-1-j.json', 'a-9-2-j.json', 'c-9-10-j.json', 'd-0-1700000000000-import.json'];
  expect(oldestFirst(names)).toEqual([names[3], names[1], names[2], names[0]]);
  expect(oldestFirst(['whatever', 'b-1-1-j.json'])[0]).toBe('whatever');
});

test('only the oldest files go when there are more than 2,000', () => {
  const names = Array.from({ length: 2005 }, (_, run) => `${'a'.repeat(40)}-${run + 10}-1-j.json`);
  expect(surplus(names, [record])).toEqual(names.slice(0, 6));
  expect(surplus(names.slice(0, 1999), [record])).toEqual([]);
});
