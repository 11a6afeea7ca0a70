import { expect, test } from 'vitest';
import { percentiles } from './percentiles.ts';

test.each([
  [[], undefined],
  [[7], { p50: 7, p95: 7, max: 7 }],
  [[2, 1], { p50: 1, p95: 2, max: 2 }],
  [[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], { p50: 5, p95: 10, max: 10 }],
  [Array.from({ length: 100 }, (_, index) => index + 1), { p50: 50, p95: 95, max: 100 }],
])('percentiles of %j by nearest rank', (values, expected) => {
  const before = [...values];
  expect(percentiles(values)).toEqual(expected);
  expect(values).toEqual(before);
});
