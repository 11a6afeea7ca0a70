import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('doubles the delay with each attempt, up to the maximum', () => {
  const delays = [1, 2, 3, 4, 5].map((attempt) => backoffMs(attempt, { baseMs: 100, maxMs: 500 }));
  expect(delays).toEqual([100, 200, 400, 500, 500]);
});

test('grows by another factor', () => {
  expect(backoffMs(3, { baseMs: 2_000, maxMs: 15_000, factor: 1.5 })).toBe(4_500);
});

test('treats attempt 0 like the first one', () => {
  expect(backoffMs(0, { baseMs: 100 })).toBe(100);
});

test('stays finite after any number of attempts, and 0 without a base', () => {
  expect(Number.isFinite(backoffMs(10_000, { baseMs: 1_000 }))).toBe(true);
  expect(backoffMs(10_000, { baseMs: 0 })).toBe(0);
});
