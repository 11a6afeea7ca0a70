import { describe, expect, test } from 'vitest';
import { changePoints } from './change-points.ts';
import { medianInterval, relativeReach } from './median-interval.ts';
import { robustBand } from './robust-band.ts';
import { qValues, samplesNeeded } from './significance.ts';

test('Benjamini & Hochberg 1995, section 4.1: four of fifteen are rejected at .05', () => {
  const ps = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
    0.6528, 0.759, 1,
  ];
  const qs = qValues(ps);
  expect(qs.filter((q) => q <= 0.05)).toHaveLength(4);
  // R: p.adjust(ps, "BH")
  expect(qs[3]).toBeCloseTo(0.035625, 10);
  expect(qs[4]).toBeCloseTo(0.0603, 4);
  expect(qs.at(-1)).toBe(1);
  expect(qValues([0.04, 0.01])).toEqual([0.04, 0.02]);
});

test('a single outlier does not change the robust band', () => {
  // Median 4, MAD 1 (Rousseeuw & Croux 1993's kind of example).
  const { centre, low, high } = robustBand([1, 3, 4, 5, 1000], 3);
  expect(centre).toBe(4);
  expect([low, high]).toEqual([4 - 3 * 1.4826, 4 + 3 * 1.4826]);
});

describe('medianInterval, compared with benchstat', () => {
  test.each([
    // golang.org/x/perf/benchmath, TestSummaryNone
    [[-10, 2, 3, 4, 5, 6], 0.95, [3.5, -10, 6]],
    [[-10, 2, 3, 4, 5, 6], 0.99, [3.5, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]],
    [[1, 2], 0, [1.5, 1, 2]],
    [[1], 0.95, [1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]],
  ])('%j at %f', (values, confidence, [estimate, low, high]) => {
    expect(medianInterval(values, confidence)).toEqual({ estimate, low, high });
  });

  test('order statistics of n = 10: the 2nd to the 9th (Conover)', () => {
    const values = Array.from({ length: 10 }, (_, index) => index + 1);
    expect(medianInterval(values, 0.95)).toEqual({ estimate: 5.5, low: 2, high: 9 });
  });

  test('n = 40: the 14th to the 27th', () => {
    const values = Array.from({ length: 40 }, (_, index) => index + 1);
    expect(medianInterval(values, 0.95)).toEqual({ estimate: 20.5, low: 14, high: 27 });
  });

  test('relativeReach uses the farther end', () => {
    expect(relativeReach({ estimate: 100, low: 90, high: 105 })).toBeCloseTo(0.1);
    expect(relativeReach({ estimate: 0, low: 0, high: 0 })).toBe(0);
  });
});

describe('change points', () => {
  const noise = (index: number) => [0.3, -0.5, 0.1, 0.4, -0.2, 0.6, -0.4, -0.1][index % 8] ?? 0;
  const level = (values: readonly number[], count: number) =>
    values.flatMap((value, segment) =>
      Array.from({ length: count }, (_, index) => value + noise(index + segment * 3)),
    );

  test('finds the index of one change', () => {
    const points = changePoints(level([10, 12], 20), 0.001);
    expect(points.map(({ index }) => index)).toEqual([20]);
    expect(points[0]?.before).toBeCloseTo(10, 0);
    expect(points[0]?.after).toBeCloseTo(12, 0);
  });

  test('finds two changes', () => {
    expect(changePoints(level([10, 13, 10], 16), 0.001).map(({ index }) => index)).toEqual([
      16, 32,
    ]);
  });

  test('finds none in noise, a constant, an outlier or a short series', () => {
    expect(changePoints(level([10], 40), 0.001)).toEqual([]);
    expect(changePoints(Array(30).fill(7), 0.001)).toEqual([]);
    expect(changePoints([...level([10], 20), 40, ...level([10], 20)], 0.001)).toEqual([]);
    expect(changePoints([1, 1, 9, 9], 0.001)).toEqual([]);
  });

  test('finds a change without noise', () => {
    expect(changePoints([...Array(10).fill(5), ...Array(10).fill(6)], 0.001)).toMatchObject([
      { index: 10, p: 0, before: 5, after: 6 },
    ]);
  });
});

test('samplesNeeded grows with the square of the noise', () => {
  const few = samplesNeeded(0.05, 0.1, 0.05);
  const many = samplesNeeded(0.1, 0.1, 0.05);
  expect(few).toBe(4);
  expect(many).toBe(9);
  expect(samplesNeeded(0.1, 0.01, 0.05)).toBe(805);
  expect(samplesNeeded(0.1, 0, 0.05)).toBeUndefined();
  expect(samplesNeeded(5, 0.001, 0.05)).toBe(1000);
});
