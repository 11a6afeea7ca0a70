import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { threshold } from '../rules/threshold.ts';
import { uDistributions } from '../statistics/u-distribution.ts';
import type { Limits } from './limits.ts';
import { BASELINE, judgeSeries, RECENT, resolutionOf } from './series.ts';

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
const CALM = Array.from({ length: BASELINE }, (_, index) => 99.5 + (index % 3) * 0.5);
const times = (count: number, value: number) => Array<number>(count).fill(value);

describe('the last 5 runs against the 30 before', () => {
  test.each([
    [119, 'warn'],
    [121, 'fail'],
    [105, 'unchanged'],
    [95, 'unchanged'],
    [85, 'improved'],
  ])('all five at %d: %s', (value, state) => {
    const judged = judge(CALM, times(RECENT, value));
    expect(judged).toMatchObject({ state, before: 100, after: value, runs: [30, 5] });
    expect(judged.p).toBeLessThan(0.005);
  });

  test('their median counts: one outlier among them is not the level', () => {
    const judged = judge(CALM, [115, 114, 400, 116, 115]);
    expect(judged).toMatchObject({ state: 'warn', after: 115 });
  });

  test('this run is calm, but the level is not: it goes on', () => {
    expect(judge(CALM, [130, 130, 130, 130, 100]).state).toBe('fail');
  });

  test('four runs are no level, however far away', () => {
    expect(judge(CALM, times(RECENT - 1, 500)).state).toBe('warn');
  });

  test('five at a level that was there as often as not are no other level', () => {
    const either = Array.from({ length: BASELINE }, (_, index) => (index % 2 === 0 ? 100 : 130));
    const judged = judge(either, times(RECENT, 130));
    expect(judged.state).toBe('unknown');
    expect(judged.p).toBeGreaterThan(0.005);
  });

  test('runs from before the thirty do not count', () => {
    const old = times(200, 900);
    expect(judge([...old, ...CALM], times(RECENT, 121))).toEqual(judge(CALM, times(RECENT, 121)));
  });

  test('where more is better, less is worse', () => {
    const rate: Limits = { ...LIMITS, better: 'higher' };
    expect([79, 89, 95, 111].map((value) => judge(CALM, times(RECENT, value), rate).state)).toEqual(
      ['fail', 'warn', 'unchanged', 'improved'],
    );
  });

  test('without a threshold nothing is past it', () => {
    expect(judge(CALM, times(RECENT, 900), { better: 'lower' }).state).toBe('unchanged');
  });
});

describe('a single run', () => {
  test('warns at once when it is outside of all, and never fails by itself', () => {
    const judged = judge(CALM, [100, 100, 100, 100, 900]);
    expect(judged).toMatchObject({ state: 'warn', before: 100, after: 900 });
    expect(judged.reason).toMatch(/past 20%, and outside of the noise of the last 30 runs/);
  });

  test('is not known when one before was as far away', () => {
    const judged = judge([...CALM.slice(1), 900], [100, 100, 100, 100, 900]);
    expect(judged.state).toBe('unknown');
    expect(judged.reason).toMatch(/but within the noise/);
  });

  test('is not known within 6 robust standard deviations of the median', () => {
    const noisy = Array.from({ length: BASELINE }, (_, index) => 90 + (index % 5) * 5);
    // The median is 100, the MAD 5: the band ends at 100 + 6 · 1.4826 · 5 = 144.478.
    expect(judge(noisy, [100, 100, 100, 100, 144.47]).state).toBe('unknown');
    expect(judge(noisy, [100, 100, 100, 100, 144.48]).state).toBe('warn');
  });

  test('where more is better, it is the lower end of the noise that counts', () => {
    const rate: Limits = { ...LIMITS, better: 'higher' };
    const noisy = Array.from({ length: BASELINE }, (_, index) => 90 + (index % 5) * 5);
    const single = (window: readonly number[], value: number) =>
      judge(window, [100, 100, 100, 100, value], rate).state;
    expect([55.53, 55.52].map((value) => single(noisy, value))).toEqual(['unknown', 'warn']);
    expect([10, 9].map((value) => single([...CALM.slice(1), 10], value))).toEqual([
      ...['unknown', 'warn'],
    ]);
  });

  test('on its own it is past a threshold only strictly', () => {
    const flat = times(BASELINE, 100);
    expect(judge(flat, [100, 100, 100, 100, 110]).state).toBe('unchanged');
    expect(judge(flat, [100, 100, 100, 100, 110.1]).state).toBe('warn');
  });

  test('that is better is no improvement yet', () => {
    expect(judge(CALM, [100, 100, 100, 100, 10]).state).toBe('unchanged');
  });
});

describe('little history', () => {
  test.each([1, 2, 3, 4])('of %i: past a threshold is not known, with p of nothing', (count) => {
    const judged = judge(times(count, 100), [900]);
    expect(judged).toMatchObject({ state: 'unknown', before: 100, after: 900, runs: [count, 1] });
    expect(judged.reason).toMatch(`with ${count} run${count === 1 ? '' : 's'} of history`);
    expect(judged).not.toHaveProperty('p');
  });

  test('within the thresholds is unchanged', () => {
    expect(judge([100], [109]).state).toBe('unchanged');
  });

  test('of five is enough for a warning', () => {
    expect(judge(times(5, 100), [900]).state).toBe('warn');
  });
});

describe('what values are rounded to', () => {
  test('whole numbers are rounded to 1, others are not', () => {
    expect(resolutionOf([3, 4, -2, 0])).toBe(1);
    expect(resolutionOf([3, 4.5])).toBe(0);
    expect(resolutionOf([3, Number.NaN])).toBe(0);
    expect(resolutionOf([3, Number.POSITIVE_INFINITY])).toBe(0);
  });

  test('from 3 to 4 may be from 3.4 to 3.6: that is no step, from 3 to 5 is one', () => {
    const threes = times(BASELINE, 3);
    expect(judge(threes, times(RECENT, 4), LIMITS, 1).state).toBe('unchanged');
    expect(judge(threes, times(RECENT, 5), LIMITS, 1).state).toBe('fail');
    expect(judge(threes, times(RECENT, 4), LIMITS, 0).state).toBe('fail');
  });
});

describe('whatever the values', () => {
  const value = fc.double({ min: 1, max: 1_000, noNaN: true });
  const runs = (minLength: number, maxLength: number) => fc.array(value, { minLength, maxLength });

  test('in another unit the answer is the same', () => {
    fc.assert(
      fc.property(runs(1, 35), runs(1, RECENT), fc.integer({ min: -8, max: 8 }), (a, b, power) => {
        // Powers of two, so that nothing is rounded.
        const scaled = (values: readonly number[]) => values.map((one) => one * 2 ** power);
        expect(judge(scaled(a), scaled(b)).state).toBe(judge(a, b).state);
      }),
    );
  });

  test('what is worse than a threshold is never unchanged or improved by this run alone', () => {
    fc.assert(
      fc.property(runs(1, 35), runs(1, RECENT), (baseline, recent) => {
        const { state, before } = judge(baseline, recent);
        const isWorse = (recent.at(-1) ?? 0) > before * 1.1001;
        if (isWorse) expect(['fail', 'warn', 'unknown']).toContain(state);
        if (baseline.length < 5) expect(['unknown', 'unchanged']).toContain(state);
        if (recent.length < RECENT) expect(['fail', 'improved']).not.toContain(state);
      }),
    );
  });

  test('the same values again are never a change', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 40 }), (same, count) => {
        expect(judge(times(count, same), times(RECENT, same)).state).toBe('unchanged');
      }),
    );
  });
});
