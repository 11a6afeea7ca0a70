import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { threshold } from '../rules/threshold.ts';
import { uDistributions } from '../statistics/u-distribution.ts';
import { NO_SHIFT, type Shift } from './common-shift.ts';
import type { Limits } from './limits.ts';
import type { MetricResult } from './metric-result.ts';
import { judgeNoisy } from './noisy.ts';
import type { ResultBase } from './policy-check.ts';
import type { Settings } from './settings.ts';
import { compareSamples } from './two-sample.ts';

const at = (text: string) => threshold().parse(text);
const LIMITS: Limits = { better: 'lower', warn: at('10%'), fail: at('20%') };
const RATE: Limits = { ...LIMITS, better: 'higher' };
const settings: Settings = {
  policyFor: () => ({ exact: false, ...LIMITS }),
  alpha: 0.05,
  minSamples: 5,
  normalize: { kind: 'auto' },
  distributions: uDistributions(),
};

const shifted = (ratio: number, reference = false): Shift => ({
  ratio,
  applied: true,
  reference,
  benchmarks: 9,
});

function base(before: number, after: number): ResultBase {
  return { benchmark: 'a', metric: 'time', unit: 'ns', better: 'lower', before, after };
}

/** Judges two sides by their samples. */
function bySamples(
  before: readonly number[],
  after: readonly number[],
  { limits = LIMITS, shift = NO_SHIFT }: { limits?: Limits; shift?: Shift } = {},
): MetricResult {
  const middle = (values: readonly number[]) =>
    values.toSorted((a, b) => a - b)[values.length >> 1];
  return judgeNoisy(
    base(middle(before) ?? 0, middle(after) ?? 0),
    limits,
    compareSamples(before, after, settings.alpha, settings.distributions),
    shift,
    settings,
  );
}

/** Eight samples around a value: calm within 1%, noisy within 40%. */
const STEPS = [-7, 5, -3, 1, 3, -5, 7, -1];
const calm = (centre: number) => STEPS.map((step) => centre * (1 + step / 700));
const noisy = (centre: number) => STEPS.map((step) => centre * (1 + step / 17));

describe('samples on both sides', () => {
  test.each([
    [100, 'unchanged', /within/],
    [109, 'unchanged', /within/],
    [115, 'warn', /^worse by more than 10% \(95% CI \+.* to \+.*\)$/],
    [125, 'fail', /^worse by more than 20% \(95% CI \+.* to \+.*\)$/],
    [80, 'improved', /^improved \(95% CI −.* to −.*\)$/],
  ])('from 100 to %d is %s', (to, state, reason) => {
    const row = bySamples(calm(100), calm(to));
    expect(row).toMatchObject({ state, method: 'two-sample', samples: [8, 8] });
    expect(row.reason).toMatch(reason);
    expect(row.adjusted).toBeCloseTo(to / 100, 2);
    expect(row.low).toBeLessThanOrEqual(row.adjusted ?? 0);
    expect(row.high).toBeGreaterThanOrEqual(row.adjusted ?? 0);
    expect(row).not.toHaveProperty('samplesNeeded');
  });

  test('works without a warn threshold', () => {
    const only = { better: 'lower', fail: at('20%') } as const;
    expect(bySamples(calm(100), calm(115), { limits: only }).state).toBe('unchanged');
    expect(bySamples(calm(100), calm(125), { limits: only }).state).toBe('fail');
  });

  test('noise beyond a threshold is unknown, with the number of samples that would decide', () => {
    const row = bySamples(noisy(100), noisy(125));
    expect(row).toMatchObject({ state: 'unknown', samplesNeeded: expect.any(Number) });
    expect(row.reason).toMatch(/worse by more than 20%, but not confirmed \(95% CI/);
    expect(row.samplesNeeded).toBeGreaterThan(8);
  });

  test('uses the upper end of the interval for a rate', () => {
    expect(bySamples(noisy(130), noisy(100), { limits: RATE })).toMatchObject({
      state: 'unknown',
      samplesNeeded: expect.any(Number),
    });
  });

  test('noise in the other direction is not an improvement', () => {
    expect(bySamples(noisy(100), noisy(88)).state).toBe('unchanged');
  });

  test('explains that three samples on each side are too few', () => {
    const row = bySamples([99, 100, 101], [199, 200, 201]);
    expect(row.state).toBe('unknown');
    // 2 / C(6, 3)
    expect(row.reason).toMatch(/3 and 3 samples are too few: their smallest p is 0\.100/);
    expect(row).not.toHaveProperty('low');
    expect(row).not.toHaveProperty('high');
  });

  test('a lower value is worse with better: higher', () => {
    const states = [79, 89, 95, 120].map(
      (to) => bySamples(calm(100), calm(to), { limits: RATE }).state,
    );
    expect(states).toEqual(['fail', 'warn', 'unchanged', 'improved']);
  });
});

describe('without samples', () => {
  const alone = (after: number, shift = NO_SHIFT, limits = LIMITS) =>
    judgeNoisy(base(100, after), limits, undefined, shift, settings);

  test.each([
    [110, 'unchanged'],
    [110.1, 'unknown'],
    [900, 'unknown'],
    [1, 'unchanged'],
    [0, 'unchanged'],
  ])('from 100 to %d is %s', (after, state) => {
    const row = alone(after);
    expect(row).toMatchObject({ state, method: 'none' });
    expect(row).not.toHaveProperty('p');
  });

  test('explains how many samples are required', () => {
    expect(alone(150).reason).toMatch(/worse by more than 20%, but it may be noise; 5 samples/);
  });

  test('reports a change that all benchmarks share', () => {
    expect(alone(150, shifted(1.5))).toMatchObject({ state: 'unknown', adjusted: 1 });
    expect(alone(150, shifted(1.5)).reason).toMatch(/changed like the other benchmarks/);
    expect(alone(150, shifted(1.5, true)).state).toBe('unchanged');
  });
});

describe('the common shift is removed', () => {
  test('a change that all benchmarks share is unknown', () => {
    const row = bySamples(calm(100), calm(150), { shift: shifted(1.5) });
    expect(row.state).toBe('unknown');
    expect(row.reason).toMatch(
      /changed like the other benchmarks, because of the machine or of all the code/,
    );
    expect(row.adjusted).toBeCloseTo(1, 2);
  });

  test('a change that the reference benchmarks share is unchanged', () => {
    const row = bySamples(calm(100), calm(150), { shift: shifted(1.5, true) });
    expect(row).toMatchObject({
      state: 'unchanged',
      reason: 'changed like the reference benchmarks',
    });
  });

  test('fails if it is worse than the other benchmarks', () => {
    expect(bySamples(calm(100), calm(200), { shift: shifted(1.5) }).state).toBe('fail');
  });

  test('is unknown if only the other benchmarks improved', () => {
    const row = bySamples(calm(100), calm(100), { shift: shifted(0.7) });
    expect(row.state).toBe('unknown');
    expect(row.reason).toMatch(/worse only relative to the other benchmarks/);
  });

  test('inverts the shift for a rate', () => {
    const shift = shifted(1.5);
    const row = bySamples(calm(150), calm(100), { limits: RATE, shift });
    expect(row.state).toBe('unknown');
    expect(row.adjusted).toBeCloseTo(1, 2);
  });

  test('a shift that is not applied has no effect', () => {
    const shift = { ...shifted(1.5), applied: false };
    expect(bySamples(calm(100), calm(150), { shift })).toEqual(bySamples(calm(100), calm(150)));
  });
});

test.each([0, -1, Number.NaN])('a baseline of %d has no ratio', (before) => {
  const row = judgeNoisy(base(before, 5), LIMITS, undefined, NO_SHIFT, settings);
  expect(row).toMatchObject({ state: 'unknown', method: 'none' });
  expect(row.reason).toMatch(new RegExp(`the baseline is ${before}, so a ratio cannot`));
  expect(row).not.toHaveProperty('adjusted');
});

describe('for any samples', () => {
  const samples = fc.array(fc.integer({ min: 64, max: 512 }), { minLength: 3, maxLength: 12 });

  test('the result can be written as JSON', () => {
    const shift = fc.constantFrom(NO_SHIFT, shifted(2), shifted(0.5), shifted(2, true));
    fc.assert(
      fc.property(samples, samples, shift, fc.boolean(), (before, after, common, isRate) => {
        const limits = isRate ? RATE : LIMITS;
        const row = bySamples(before, after, { limits, shift: common });
        expect(JSON.parse(JSON.stringify(row))).toEqual(row);
      }),
    );
  });

  test('a side compared with itself is unchanged', () => {
    fc.assert(
      fc.property(samples, (side) => {
        expect(bySamples(side, side).state).toBe('unchanged');
      }),
    );
  });

  test('fails or warns only if the near end of the interval exceeds 7%', () => {
    fc.assert(
      fc.property(samples, samples, (before, after) => {
        const { state, adjusted = 0, low = 0 } = bySamples(before, after);
        if (state === 'fail') expect(adjusted).toBeGreaterThan(1.2);
        if (state === 'warn') expect(adjusted).toBeGreaterThan(1.1);
        if (state === 'fail' || state === 'warn') expect(low).toBeGreaterThan(1.07);
        if (state === 'unchanged') expect(adjusted).toBeLessThanOrEqual(1.1 + 1e-8);
        if (state === 'improved') expect(adjusted).toBeLessThan(0.9);
      }),
    );
  });
});
