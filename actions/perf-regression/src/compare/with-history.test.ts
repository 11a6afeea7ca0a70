import { describe, expect, test } from 'vitest';
import type { RunRecord } from '../history/record.ts';
import type { Measurement } from '../measurement.ts';
import { threshold } from '../rules/threshold.ts';
import { uDistributions } from '../statistics/u-distribution.ts';
import type { Judged } from './judged.ts';
import { compareWithHistory } from './with-history.ts';

const at = (text: string) => threshold().parse(text);
const SHARES = { warn: at('10%'), fail: at('20%') };
const AMOUNTS = { warn: at('+2'), fail: at('+4') };

const one = { metric: 'errors', unit: '', better: 'lower', kind: 'sampled' } as const;

function record(centre: number, index: number): RunRecord {
  return {
    ...{
      v: 1,
      suite: 'default',
      environment: 'linux-x64',
      sha: `${index}`,
      ref: 'refs/heads/main',
    },
    time: new Date(index * 3_600_000).toISOString(),
    ...{ run: { id: `${index}`, attempt: '1', job: 'bench' }, env: {}, status: 'accepted' },
    benches: [{ ...one, id: 'a', n: 1, centre }],
  };
}

/** What is said of the value after those before it, oldest first. */
function judged(values: readonly number[], after: number, limits: object): Judged | undefined {
  const measurement: Measurement = { ...one, benchmark: 'a', centre: after, file: 'now.json' };
  const results = { format: 'bmf', measurements: [measurement], failures: [], warnings: [] };
  const { rows } = compareWithHistory(
    values.map(record),
    { ...results, environment: {} },
    {
      ...{ policyOf: () => ({ exact: false, ...limits }), alpha: 0.05, minSamples: 5 },
      ...{ normalize: { kind: 'auto' }, distributions: uDistributions() },
    },
  );
  return rows[0];
}

const times = (count: number, value: number) => Array<number>(count).fill(value);

describe('a baseline of 0, of which there is no share', () => {
  test.each([
    ['another level', [...times(30, 0), ...times(4, 5)], 5],
    ['once', times(30, 0), 5],
    ['again and again', [0, 0, 5, 0, 0, 5, 0, 0, 5, 0, 0], 5],
    ['with little history', times(3, 0), 5],
    ['it is back, the level is not', [...times(30, 0), ...times(4, 5)], 0],
  ])('%s: not known where thresholds are shares', (_, values, after) => {
    const row = judged(values, after, SHARES);
    expect(row).toMatchObject({ state: 'unknown', reason: expect.stringMatching(/baseline is 0/) });
  });

  test.each([
    ['another level', [...times(30, 0), ...times(4, 5)], 5, 'fail'],
    ['once', times(30, 0), 5, 'warn'],
    ['less than the amount', times(30, 0), 2, 'unchanged'],
  ])('%s: judged where they are amounts', (_, values, after, state) => {
    expect(judged(values, after, AMOUNTS)).toMatchObject({ state, before: 0, after });
  });

  test('0 after 0 is no change', () => {
    expect(judged(times(30, 0), 0, SHARES)).toMatchObject({ state: 'unchanged' });
  });

  test('no ratio can be formed, and none is told: JSON has no number for it', () => {
    for (const limits of [SHARES, AMOUNTS]) {
      for (const after of [0, 5]) {
        // The latest run before is not 0, so that a ratio to that one could be formed.
        const row = judged([...times(30, 0), 5], after, limits);
        expect(row).toMatchObject({ before: 0, after });
        expect(row).not.toHaveProperty('ratio');
        expect(row).not.toHaveProperty('adjusted');
      }
    }
  });
});

test('with fewer than ten runs before nothing fails: five against five are never so certain', () => {
  const worse = (before: number) => {
    const values = [...times(before, 100).map((value, index) => value + index), ...times(4, 150)];
    return judged(values, 150, SHARES)?.state;
  };
  expect([1, 2, 3, 4].map(worse)).not.toContain('fail');
  expect([5, 6].map(worse)).toEqual(['warn', 'fail']);
});
