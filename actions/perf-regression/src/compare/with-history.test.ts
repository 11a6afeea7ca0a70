import { describe, expect, test } from 'vitest';
import type { RunRecord } from '../history/record.ts';
import type { Measurement } from '../measurement.ts';
import { threshold } from '../rules/threshold.ts';
import { uDistributions } from '../statistics/u-distribution.ts';
import type { MetricResult } from './metric-result.ts';
import { compareWithHistory } from './with-history.ts';

const at = (text: string) => threshold().parse(text);
const RELATIVE = { warn: at('10%'), fail: at('20%') };
const ABSOLUTE = { warn: at('+2'), fail: at('+4') };

const one = { metric: 'errors', unit: '', better: 'lower', kind: 'sampled' } as const;

function record(centre: number, index: number): RunRecord {
  return {
    v: 1,
    suite: 'default',
    environment: 'linux-x64',
    sha: `${index}`,
    ref: 'refs/heads/main',
    time: new Date(index * 3_600_000).toISOString(),
    run: { id: `${index}`, attempt: '1', job: 'bench' },
    env: {},
    status: 'accepted',
    benches: [{ ...one, id: 'a', n: 1, centre }],
  };
}

/** The result for a value after earlier ones, oldest first. */
function judged(
  values: readonly number[],
  after: number,
  limits: object,
): MetricResult | undefined {
  const measurement: Measurement = { ...one, benchmark: 'a', centre: after, file: 'now.json' };
  const results = { format: 'bmf', measurements: [measurement], failures: [], warnings: [] };
  const { rows } = compareWithHistory(
    values.map(record),
    { ...results, environment: {} },
    {
      policyFor: () => ({ exact: false, ...limits }),
      alpha: 0.05,
      minSamples: 5,
      normalize: { kind: 'auto' },
      distributions: uDistributions(),
    },
  );
  return rows[0];
}

const times = (count: number, value: number) => Array<number>(count).fill(value);

describe('a baseline of 0', () => {
  test.each([
    ['a new level', [...times(30, 0), ...times(4, 5)], 5],
    ['a single run', times(30, 0), 5],
    ['repeated runs', [0, 0, 5, 0, 0, 5, 0, 0, 5, 0, 0], 5],
    ['a short history', times(3, 0), 5],
    ['a good run after a new level', [...times(30, 0), ...times(4, 5)], 0],
  ])('%s: unknown with relative thresholds', (_, values, after) => {
    const row = judged(values, after, RELATIVE);
    expect(row).toMatchObject({ state: 'unknown', reason: expect.stringMatching(/baseline is 0/) });
  });

  test.each([
    ['a new level', [...times(30, 0), ...times(4, 5)], 5, 'fail'],
    ['a single run', times(30, 0), 5, 'warn'],
    ['less than the threshold', times(30, 0), 2, 'unchanged'],
  ])('%s: judged with absolute thresholds', (_, values, after, state) => {
    expect(judged(values, after, ABSOLUTE)).toMatchObject({ state, before: 0, after });
  });

  test('0 after 0 is unchanged', () => {
    expect(judged(times(30, 0), 0, RELATIVE)).toMatchObject({ state: 'unchanged' });
  });

  test('has no ratio, which JSON could not contain', () => {
    for (const limits of [RELATIVE, ABSOLUTE]) {
      for (const after of [0, 5]) {
        // The latest run is not 0, so a ratio to it exists.
        const row = judged([...times(30, 0), 5], after, limits);
        expect(row).toMatchObject({ before: 0, after });
        expect(row).not.toHaveProperty('ratio');
        expect(row).not.toHaveProperty('adjusted');
      }
    }
  });
});

test('does not fail with fewer than ten runs in the history', () => {
  const worse = (before: number) => {
    const values = [...times(before, 100).map((value, index) => value + index), ...times(4, 150)];
    return judged(values, 150, RELATIVE)?.state;
  };
  expect([1, 2, 3, 4].map(worse)).not.toContain('fail');
  expect([5, 6].map(worse)).toEqual(['warn', 'fail']);
});
