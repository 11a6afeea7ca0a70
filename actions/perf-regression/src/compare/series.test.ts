import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { threshold } from '../rules/threshold.ts';
import { uDistributions } from '../statistics/u-distribution.ts';
import type { Limits } from './limits.ts';
import { BASELINE_RUNS, detectResolution, judgeSeries, RECENT_RUNS } from './series.ts';

const at = (text: string) => threshold().parse(text);
const LIMITS: Limits = { better: 'lower', warn: at('10%'), fail: at('20%') };
const distributions = uDistributions();

const judge = (
  baseline: readonly number[],
  recent: readonly number[],
  limits = LIMITS,
  resolution = 0,
) => judgeSeries(baseline, recent, limits, resolution, distributions);

/** Thirty runs around 100, with a little noise. */
const CALM = Array.from({ length: BASELINE_RUNS }, (_, index) => 99.5 + (index % 3) * 0.5);
const times = (count: number, value: number) => Array<number>(count).fill(value);

describe('the last 5 runs against the 30 before', () => {
  test.each([
    [119, 'warn'],
    [121, 'fail'],
    [105, 'unchanged'],
    [95, 'unchanged'],
    [85, 'improved'],
  ])('five runs at %d: %s', (value, state) => {
    const judged = judge(CALM, times(RECENT_RUNS, value));
    expect(judged).toMatchObject({ state, before: 100, after: value, runs: [30, 5] });
    expect(judged.p).toBeLessThan(0.005);
  });

  test('uses their median, so that one outlier does not count', () => {
    const judged = judge(CALM, [115, 114, 400, 116, 115]);
    expect(judged).toMatchObject({ state: 'warn', after: 115 });
  });

  test('fails for a new level although this run is good', () => {
    expect(judge(CALM, [130, 130, 130, 130, 100]).state).toBe('fail');
  });

  test('four runs are not a new level', () => {
    expect(judge(CALM, times(RECENT_RUNS - 1, 500)).state).toBe('warn');
  });

  test('a level that was frequent before is not a new level', () => {
    const either = Array.from({ length: BASELINE_RUNS }, (_, index) =>
      index % 2 === 0 ? 100 : 130,
    );
    const judged = judge(either, times(RECENT_RUNS, 130));
    expect(judged.state).toBe('unknown');
    expect(judged.p).toBeGreaterThan(0.005);
  });

  test('ignores older runs than the 30 before', () => {
    const old = times(200, 900);
    expect(judge([...old, ...CALM], times(RECENT_RUNS, 121))).toEqual(
      judge(CALM, times(RECENT_RUNS, 121)),
    );
  });

  test('a lower value is worse with better: higher', () => {
    const rate: Limits = { ...LIMITS, better: 'higher' };
    expect(
      [79, 89, 95, 111].map((value) => judge(CALM, times(RECENT_RUNS, value), rate).state),
    ).toEqual(['fail', 'warn', 'unchanged', 'improved']);
  });

  test('is unchanged without a threshold', () => {
    expect(judge(CALM, times(RECENT_RUNS, 900), { better: 'lower' }).state).toBe('unchanged');
  });
});

describe('a single run', () => {
  test('warns at once if it is outside the noise, but does not fail', () => {
    const judged = judge(CALM, [100, 100, 100, 100, 900]);
    expect(judged).toMatchObject({ state: 'warn', before: 100, after: 900 });
    expect(judged.reason).toMatch(/worse by more than 20%, outside the noise of the last 30 runs/);
  });

  test('is unknown if an earlier run had the same value', () => {
    const judged = judge([...CALM.slice(1), 900], [100, 100, 100, 100, 900]);
    expect(judged.state).toBe('unknown');
    expect(judged.reason).toMatch(/but within the noise/);
  });

  test('is unknown within 6 robust standard deviations of the median', () => {
    const noisy = Array.from({ length: BASELINE_RUNS }, (_, index) => 90 + (index % 5) * 5);
    // The median is 100, the MAD 5: the band ends at 100 + 6 · 1.4826 · 5 = 144.478.
    expect(judge(noisy, [100, 100, 100, 100, 144.47]).state).toBe('unknown');
    expect(judge(noisy, [100, 100, 100, 100, 144.48]).state).toBe('warn');
  });

  test('uses the lower end of the noise with better: higher', () => {
    const rate: Limits = { ...LIMITS, better: 'higher' };
    const noisy = Array.from({ length: BASELINE_RUNS }, (_, index) => 90 + (index % 5) * 5);
    const single = (window: readonly number[], value: number) =>
      judge(window, [100, 100, 100, 100, value], rate).state;
    expect([55.53, 55.52].map((value) => single(noisy, value))).toEqual(['unknown', 'warn']);
    expect([10, 9].map((value) => single([...CALM.slice(1), 10], value))).toEqual([
      ...['unknown', 'warn'],
    ]);
  });

  test('must exceed a threshold strictly', () => {
    const flat = times(BASELINE_RUNS, 100);
    expect(judge(flat, [100, 100, 100, 100, 110]).state).toBe('unchanged');
    expect(judge(flat, [100, 100, 100, 100, 110.1]).state).toBe('warn');
  });

  test('that is better is not yet an improvement', () => {
    expect(judge(CALM, [100, 100, 100, 100, 10]).state).toBe('unchanged');
  });
});

describe('a short history', () => {
  test.each([1, 2, 3, 4])('of %i: exceeding a threshold is unknown, without p', (count) => {
    const judged = judge(times(count, 100), [900]);
    expect(judged).toMatchObject({ state: 'unknown', before: 100, after: 900, runs: [count, 1] });
    expect(judged.reason).toMatch(`with ${count} run${count === 1 ? '' : 's'} of history`);
    expect(judged).not.toHaveProperty('p');
  });

  test('within the thresholds is unchanged', () => {
    expect(judge([100], [109]).state).toBe('unchanged');
  });

  test('of five runs is enough for a warning', () => {
    expect(judge(times(5, 100), [900]).state).toBe('warn');
  });
});

describe('detectResolution', () => {
  test('is 1 for integers and 0 for other values', () => {
    expect(detectResolution([3, 4, -2, 0])).toBe(1);
    expect(detectResolution([3, 4.5])).toBe(0);
    expect(detectResolution([3, Number.NaN])).toBe(0);
    expect(detectResolution([3, Number.POSITIVE_INFINITY])).toBe(0);
  });

  test('a change from 3 to 4 may be rounding, from 3 to 5 is not', () => {
    const threes = times(BASELINE_RUNS, 3);
    expect(judge(threes, times(RECENT_RUNS, 4), LIMITS, 1).state).toBe('unchanged');
    expect(judge(threes, times(RECENT_RUNS, 5), LIMITS, 1).state).toBe('fail');
    expect(judge(threes, times(RECENT_RUNS, 4), LIMITS, 0).state).toBe('fail');
  });
});

describe('for any values', () => {
  const value = fc.double({ min: 1, max: 1_000, noNaN: true });
  const runs = (minLength: number, maxLength: number) => fc.array(value, { minLength, maxLength });

  test('the state does not depend on the unit', () => {
    fc.assert(
      fc.property(
        runs(1, 35),
        runs(1, RECENT_RUNS),
        fc.integer({ min: -8, max: 8 }),
        (a, b, power) => {
          // Powers of two are exact.
          const scaled = (values: readonly number[]) => values.map((one) => one * 2 ** power);
          expect(judge(scaled(a), scaled(b)).state).toBe(judge(a, b).state);
        },
      ),
    );
  });

  test('a run beyond a threshold is never unchanged or improved', () => {
    fc.assert(
      fc.property(runs(1, 35), runs(1, RECENT_RUNS), (baseline, recent) => {
        const { state, before } = judge(baseline, recent);
        const isWorse = (recent.at(-1) ?? 0) > before * 1.1001;
        if (isWorse) expect(['fail', 'warn', 'unknown']).toContain(state);
        if (baseline.length < 5) expect(['unknown', 'unchanged']).toContain(state);
        if (recent.length < RECENT_RUNS) expect(['fail', 'improved']).not.toContain(state);
      }),
    );
  });

  test('equal values are unchanged', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 40 }), (same, count) => {
        expect(judge(times(count, same), times(RECENT_RUNS, same)).state).toBe('unchanged');
      }),
    );
  });
});
