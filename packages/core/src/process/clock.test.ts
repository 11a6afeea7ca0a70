import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';

test('a sleep ends and leaves no listener', async () => {
  const { signal } = new AbortController();
  const sleeping = systemClock.sleep(1, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await sleeping;
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  await systemClock.sleep(0);
});

test('an aborted sleep rejects immediately with the reason', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
  const before = timers();
  const controller = new AbortController();
  const sleeping = systemClock.sleep(1_000_000, controller.signal);
  const reason = new Error('cancelled');
  controller.abort(reason);
  expect(timers()).toBe(before);
  await expect(sleeping).rejects.toBe(reason);
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
});

test('a sleep after the abort rejects immediately', async () => {
  const reason = new Error('cancelled');
  await expect(systemClock.sleep(1_000_000, AbortSignal.abort(reason))).rejects.toBe(reason);
});

test('has a wall clock and a monotonic clock', () => {
  const before = Date.now();
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  const first = systemClock.monotonic();
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
});
