import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { threshold } from '../rules/threshold.ts';
import { uDistributions } from '../statistics/u-distribution.ts';
import { NO_SHIFT, type Shift } from './common-shift.ts';
import type { Base } from './frame.ts';
import type { Judged } from './judged.ts';
import type { Limits } from './limits.ts';
import { judgeNoisy } from './noisy.ts';
import type { Settings } from './settings.ts';
import { compareSamples } from './two-sample.ts';

const at = (text: string) => threshold().parse(text);
const LIMITS: Limits = { better: 'lower', warn: at('10%'), fail: at('20%') };
const RATE: Limits = { ...LIMITS, better: 'higher' };
const settings: Settings = {
  ...{ policyOf: () => ({ exact: false, ...LIMITS }), alpha: 0.05, minSamples: 5 },
  ...{ normalize: { kind: 'auto' }, distributions: uDistributions() },
};

const shifted = (ratio: number, reference = false): Shift => ({
  ...{ ratio, applied: true, reference, benchmarks: 9 },
});

function base(before: number, after: number): Base {
  return { benchmark: 'a', metric: 'time', unit: 'ns', better: 'lower', before, after };
}

/** Judges two sides by their samples. */
function bySamples(
  before: readonly number[],
  after: readonly number[],
  { limits = LIMITS, shift = NO_SHIFT }: { limits?: Limits; shift?: Shift } = {},
): Judged {
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

/** Eight samples around a value: calm within 1 %, noisy within 40 %. */
const STEPS = [-7, 5, -3, 1, 3, -5, 7, -1];
const calm = (centre: number) => STEPS.map((step) => centre * (1 + step / 700));
const noisy = (centre: number) => STEPS.map((step) => centre * (1 + step / 17));

describe('samples on both sides', () => {
  test.each([
    [100, 'unchanged', /within/],
    [109, 'unchanged', /within/],
    [115, 'warn', /past 10%, and the interval bears it out/],
    [125, 'fail', /past 20%, and the interval bears it out/],
    [80, 'improved', /better, and the interval bears it out/],
  ])('from 100 to %d is %s', (to, state, reason) => {
    const row = bySamples(calm(100), calm(to));
    expect(row).toMatchObject({ state, method: 'two-sample', samples: [8, 8] });
    expect(row.reason).toMatch(reason);
    expect(row.adjusted).toBeCloseTo(to / 100, 2);
    expect(row.low).toBeLessThanOrEqual(row.adjusted ?? 0);
    expect(row.high).toBeGreaterThanOrEqual(row.adjusted ?? 0);
    expect(row).not.toHaveProperty('samplesNeeded');
  });

  test('a warning needs no more certainty than that, a failure neither', () => {
    const only = { better: 'lower', fail: at('20%') } as const;
    expect(bySamples(calm(100), calm(115), { limits: only }).state).toBe('unchanged');
    expect(bySamples(calm(100), calm(125), { limits: only }).state).toBe('fail');
  });

  test('noise that is past a threshold is not known, with how many samples would tell', () => {
    const row = bySamples(noisy(100), noisy(125));
    expect(row).toMatchObject({ state: 'unknown', samplesNeeded: expect.any(Number) });
    expect(row.reason).toMatch(/past 20%, but the interval does not bear it out/);
    expect(row.samplesNeeded).toBeGreaterThan(8);
  });

  test('of rates it is the upper end of the interval that is near', () => {
    expect(bySamples(noisy(130), noisy(100), { limits: RATE })).toMatchObject({
      ...{ state: 'unknown', samplesNeeded: expect.any(Number) },
    });
  });

  test('noise that looks better is no improvement', () => {
    expect(bySamples(noisy(100), noisy(88)).state).toBe('unchanged');
  });

  test('three samples of each side can never tell, and it is said why', () => {
    const row = bySamples([99, 100, 101], [199, 200, 201]);
    expect(row.state).toBe('unknown');
    // 2 / C(6, 3)
    expect(row.reason).toMatch(/3 and 3 samples can never tell: their smallest p is 0\.100/);
    expect(row).not.toHaveProperty('low');
    expect(row).not.toHaveProperty('high');
  });

  test('where more is better, less is worse', () => {
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
  ])('from 100 to %d is %s: a tool’s own summary tells nothing of the next run', (after, state) => {
    const row = alone(after);
    expect(row).toMatchObject({ state, method: 'none' });
    expect(row).not.toHaveProperty('p');
  });

  test('it is said what it takes', () => {
    expect(alone(150).reason).toMatch(/past 20%, but it may be noise: it takes 5 samples/);
  });

  test('what moved as all did is said so', () => {
    expect(alone(150, shifted(1.5))).toMatchObject({ state: 'unknown', adjusted: 1 });
    expect(alone(150, shifted(1.5)).reason).toMatch(/moved as the others did/);
    expect(alone(150, shifted(1.5, true)).state).toBe('unchanged');
  });
});

describe('a shift that all have in common is divided out', () => {
  test('what moved with the others is not known: the machine, or all of the code', () => {
    const row = bySamples(calm(100), calm(150), { shift: shifted(1.5) });
    expect(row.state).toBe('unknown');
    expect(row.reason).toMatch(/moved as the others did: the machine, or all of the code/);
    expect(row.adjusted).toBeCloseTo(1, 2);
  });

  test('a reference decides: it is the machine', () => {
    const row = bySamples(calm(100), calm(150), { shift: shifted(1.5, true) });
    expect(row).toMatchObject({ state: 'unchanged', reason: 'moved as the reference did' });
  });

  test('what got worse than the others did fails', () => {
    expect(bySamples(calm(100), calm(200), { shift: shifted(1.5) }).state).toBe('fail');
  });

  test('what stayed where the others got better is worse only beside them', () => {
    const row = bySamples(calm(100), calm(100), { shift: shifted(0.7) });
    expect(row.state).toBe('unknown');
    expect(row.reason).toMatch(/worse only beside the others/);
  });

  test('of rates, where the others are lower by the same, too', () => {
    const shift = shifted(1.5);
    const row = bySamples(calm(150), calm(100), { limits: RATE, shift });
    expect(row.state).toBe('unknown');
    expect(row.adjusted).toBeCloseTo(1, 2);
  });

  test('one that is only printed changes nothing', () => {
    const shift = { ...shifted(1.5), applied: false };
    expect(bySamples(calm(100), calm(150), { shift })).toEqual(bySamples(calm(100), calm(150)));
  });
});

test.each([0, -1, Number.NaN])('a baseline of %d: no ratio can be formed', (before) => {
  const row = judgeNoisy(base(before, 5), LIMITS, undefined, NO_SHIFT, settings);
  expect(row).toMatchObject({ state: 'unknown', method: 'none' });
  expect(row.reason).toMatch(new RegExp(`the baseline is ${before}, with which no ratio`));
  expect(row).not.toHaveProperty('adjusted');
});

describe('whatever the samples', () => {
  const samples = fc.array(fc.integer({ min: 64, max: 512 }), { minLength: 3, maxLength: 12 });

  test('every number in the row is one that JSON has', () => {
    const shift = fc.constantFrom(NO_SHIFT, shifted(2), shifted(0.5), shifted(2, true));
    fc.assert(
      fc.property(samples, samples, shift, fc.boolean(), (before, after, common, isRate) => {
        const limits = isRate ? RATE : LIMITS;
        const row = bySamples(before, after, { limits, shift: common });
        expect(JSON.parse(JSON.stringify(row))).toEqual(row);
      }),
    );
  });

  test('a side against itself is never worse and never better', () => {
    fc.assert(
      fc.property(samples, (side) => {
        expect(bySamples(side, side).state).toBe('unchanged');
      }),
    );
  });

  test('fail and warn are given only where the interval has its near end past 7 %', () => {
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
