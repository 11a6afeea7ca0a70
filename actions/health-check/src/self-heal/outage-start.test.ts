import { expect, test } from 'vitest';
import { startOfStreak } from './outage-start.ts';

const own = { id: 9, createdAt: 900 };
const of = (...conclusions: readonly string[]) =>
  startOfStreak(
    own,
    conclusions.map((conclusion, index) => ({
      id: 8 - index,
      createdAt: 800 - 100 * index,
      conclusion,
    })),
  );

test('the first of the runs that failed one after the other', () => {
  expect(of()).toBe(900);
  expect(of('success', 'failure')).toBe(900);
  expect(of('failure', 'timed_out', 'success', 'failure')).toBe(700);
  expect(of('failure', 'failure')).toBe(700);
});

test('what was cancelled or skipped tells nothing', () => {
  expect(of('cancelled', 'failure', 'skipped', 'success')).toBe(700);
  expect(of('cancelled', 'cancelled')).toBe(900);
});

test('neither do this run itself, and later ones', () => {
  const runs = [
    { id: 10, createdAt: 950, conclusion: 'success' },
    { id: 9, createdAt: 900, conclusion: 'success' },
    { id: 8, createdAt: 800, conclusion: 'failure' },
  ];
  expect(startOfStreak(own, runs)).toBe(800);
});
