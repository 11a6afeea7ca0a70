import { expect, test } from 'vitest';
import { findStreakStart } from './outage-start.ts';

const own = { id: 9, createdAt: 900 };
const startAfter = (...conclusions: readonly string[]) =>
  findStreakStart(
    own,
    conclusions.map((conclusion, index) => ({
      id: 8 - index,
      createdAt: 800 - 100 * index,
      conclusion,
    })),
  );

test('returns the first of the consecutive failed runs', () => {
  expect(startAfter()).toBe(900);
  expect(startAfter('success', 'failure')).toBe(900);
  expect(startAfter('failure', 'timed_out', 'success', 'failure')).toBe(700);
  expect(startAfter('failure', 'failure')).toBe(700);
});

test('ignores cancelled and skipped runs', () => {
  expect(startAfter('cancelled', 'failure', 'skipped', 'success')).toBe(700);
  expect(startAfter('cancelled', 'cancelled')).toBe(900);
});

test('ignores this run and later runs', () => {
  const runs = [
    { id: 10, createdAt: 950, conclusion: 'success' },
    { id: 9, createdAt: 900, conclusion: 'success' },
    { id: 8, createdAt: 800, conclusion: 'failure' },
  ];
  expect(findStreakStart(own, runs)).toBe(800);
});
