import { expect, test } from 'vitest';
import { reasonNotToStart } from './may-dispatch.ts';

const HOUR = 3_600_000;
const NOW = 100 * HOUR;
const LIMIT = { most: 2, window: 6 * HOUR };

const state = (hoursAgo: readonly number[], since = NOW) =>
  reasonNotToStart(
    'deploy.yml',
    hoursAgo.map((ago) => ({ createdAt: NOW - ago * HOUR })),
    LIMIT,
    since,
    NOW,
  )?.state;

test('an outage that nobody has healed yet may be healed', () => {
  expect(state([])).toBeUndefined();
  expect(state([7, 8, 9])).toBeUndefined();
  expect(state([5, 7])).toBeUndefined();
});

test('once since the outage began, however long ago that was', () => {
  expect(state([1], NOW - HOUR)).toBe('already');
  expect(state([48], NOW - 48 * HOUR)).toBe('already');
  expect(state([2], NOW - HOUR)).toBeUndefined();
});

test('not more often than the limit, the ends of the window included', () => {
  expect(state([5, 6])).toBe('limit');
  expect(state([5, 6.01])).toBeUndefined();
});
