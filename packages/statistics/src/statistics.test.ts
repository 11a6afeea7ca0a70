import { expect, test } from 'vitest';
import { mean } from './mean.ts';
import { median, medianDeviation, sortAscending } from './median.ts';
import { percentile } from './percentile.ts';

test.each([
  [[], Number.NaN],
  [[3], 3],
  [[4, 1], 2.5],
  [[9, 1, 5], 5],
  [[1e308, 1.5e308], 1.25e308],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test.each([5, 32, 33, 500])('sorts %d values', (length) => {
  const values = Float64Array.from({ length }, (_, index) => (index * 7919) % 101);
  const expected = [...values].sort((a, b) => a - b);
  expect([...sortAscending(values)]).toEqual(expected);
});

test('the median deviation is not affected by an outlier', () => {
  expect(medianDeviation([1, 2, 3, 4, 1_000], 3)).toBe(1);
});

test.each([
  [0, 10],
  [0.25, 10],
  [0.5, 20],
  [0.95, 40],
  [1, 40],
])('the percentile at %d is one of the values', (fraction, expected) => {
  expect(percentile([10, 20, 30, 40], fraction)).toBe(expected);
});

test('returns undefined without values', () => {
  expect(percentile([], 0.5)).toBeUndefined();
});

test('computes the mean, NaN without values', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
});
