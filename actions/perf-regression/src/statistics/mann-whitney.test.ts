import fc from 'fast-check';
import { expect, test } from 'vitest';
import { estimateRatio } from './hodges-lehmann.ts';
import { mannWhitney, smallestP } from './mann-whitney.ts';
import { lowerTailWithTies, uDistributions } from './u-distribution.ts';

const distributions = uDistributions();

// Mann & Whitney 1947, table I: P(U ≤ u) for n = m.
test.each([
  [3, 3, 0, 0.05],
  [3, 3, 1, 0.1],
  [4, 4, 0, 0.014],
  [4, 4, 2, 0.057],
  [5, 5, 4, 0.048],
  [6, 6, 5, 0.021],
  [8, 8, 13, 0.025],
])('P(U ≤ u) with samples of %d and %d, u = %d', (n, m, u, p) => {
  expect(distributions(n, m).cdf(u)).toBeCloseTo(p, 3);
});

// The largest U that is significant at two-sided 5%: Siegel & Castellan, table K.
test.each([
  [4, 4, 0],
  [5, 5, 2],
  [6, 6, 5],
  [7, 7, 8],
  [8, 8, 13],
  [10, 10, 23],
  [12, 12, 37],
  [15, 15, 64],
  [20, 20, 127],
  [10, 20, 55],
])('critical value with samples of %d and %d', (n, m, critical) => {
  const { cdf } = distributions(n, m);
  expect(2 * cdf(critical)).toBeLessThanOrEqual(0.05);
  expect(2 * cdf(critical + 1)).toBeGreaterThan(0.05);
});

test('Hollander & Wolfe, table 4.1 (permeability of membranes): W = 30, one-sided .1272', () => {
  const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
  const early = [1.15, 0.88, 0.9, 0.74, 1.21];
  const { u, p, method } = mannWhitney(early, term, distributions);
  expect(u).toBe(15);
  expect(p / 2).toBeCloseTo(0.1272, 4);
  expect(method).toBe('exact');
});

test('with ties, exact: as R’s coin::wilcox_test(distribution = "exact") counts', () => {
  // {1,1,2,3} against {2,3,3,4}: of the 70 ways to split the values.
  const { u, p } = mannWhitney([1, 1, 2, 3], [2, 3, 3, 4], distributions);
  expect(u).toBe(2.5);
  expect(p).toBeCloseTo(enumerate([1, 1, 2, 3], [2, 3, 3, 4]), 12);
});

test('the exact p equals that of an enumeration of all splits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 }),
      (first, second) => {
        expect(mannWhitney(first, second, distributions).p).toBeCloseTo(
          enumerate(first, second),
          10,
        );
      },
    ),
    { seed: 5, numRuns: 200 },
  );
});

test('groups of one have the distribution without ties', () => {
  const plain = distributions(6, 7);
  const ties = Array(13).fill(1);
  for (let u = -1; u <= 43; u++) {
    expect(lowerTailWithTies(6, 7, ties, u)).toBeCloseTo(plain.cdf(u), 12);
  }
});

test('the normal approximation for large samples is close to the exact p', () => {
  const first = Array.from({ length: 51 }, (_, index) => index);
  const second = Array.from({ length: 51 }, (_, index) => index + 6.5);
  const { p, method } = mannWhitney(first, second, distributions);
  const exact =
    2 * distributions(51, 51).cdf(51 * 51 - mannWhitney(second, first, distributions).u);
  expect(method).toBe('normal');
  expect(p / exact).toBeCloseTo(1, 1);
});

test('equal values have p = 1', () => {
  expect(mannWhitney([1, 1, 1], [1, 1, 1], distributions).p).toBe(1);
  expect(mannWhitney(Array(60).fill(2), Array(60).fill(2), distributions).p).toBe(1);
});

test('the smallest p is 2/C(2n, n), below .05 for n ≥ 4', () => {
  expect(smallestP(3, 3)).toBeCloseTo(0.1, 12);
  expect(smallestP(4, 4)).toBeCloseTo(0.0285714, 6);
  expect(smallestP(10, 10)).toBeCloseTo(2 / 184_756, 12);
  expect(smallestP(1, 1)).toBe(1);
});

test('Hodges–Lehmann with its interval: Hollander & Wolfe, example 4.2 (differences of logs here)', () => {
  const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
  const early = [1.15, 0.88, 0.9, 0.74, 1.21];
  // The book estimates −.305 with the 96% interval (−.76, .15) for early − term.
  const { estimate, low, high } = estimateRatio(
    term.map(Math.exp),
    early.map(Math.exp),
    0.04,
    distributions,
  );
  expect(Math.log(estimate)).toBeCloseTo(-0.305, 10);
  expect(Math.log(low)).toBeCloseTo(-0.76, 10);
  expect(Math.log(high)).toBeCloseTo(0.15, 10);
});

test('the interval is unbounded for too few samples, and includes its estimate', () => {
  expect(estimateRatio([1, 2, 3], [2, 3, 4], 0.05, distributions)).toMatchObject({
    low: 0,
    high: Number.POSITIVE_INFINITY,
  });
  const value = fc.double({ min: 0.1, max: 10, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 4, maxLength: 12 }),
      fc.array(value, { minLength: 4, maxLength: 12 }),
      (before, after) => {
        const { estimate, low, high } = estimateRatio(before, after, 0.05, distributions);
        expect(low).toBeLessThanOrEqual(estimate);
        expect(high).toBeGreaterThanOrEqual(estimate);
      },
    ),
    { seed: 5 },
  );
});

/** Twice the tail beyond U, by enumerating all splits of the pooled values. */
function enumerate(first: readonly number[], second: readonly number[]): number {
  const pooled = [...first, ...second];
  const statistic = (a: readonly number[], b: readonly number[]) =>
    a
      .flatMap((x) => b.map((y): number => (x > y ? 1 : x === y ? 0.5 : 0)))
      .reduce((sum, value) => sum + value, 0);
  const middle = (first.length * second.length) / 2;
  const seen = statistic(first, second) - middle;
  let extreme = 0;
  let all = 0;
  for (let mask = 0; mask < 2 ** pooled.length; mask++) {
    const a = pooled.filter((_, index) => mask & (1 << index));
    if (a.length !== first.length) continue;
    const u = statistic(
      a,
      pooled.filter((_, index) => !(mask & (1 << index))),
    );
    all++;
    if (seen <= 0 ? u - middle <= seen + 1e-9 : u - middle >= seen - 1e-9) extreme++;
  }
  return seen === 0 ? 1 : Math.min(1, (2 * extreme) / all);
}
