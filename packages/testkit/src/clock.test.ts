import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fakeClock } from './clock.ts';

test('a sleep advances the clock without real time', async () => {
  const clock = fakeClock({ start: 5000 });
  const before = performance.now();
  await clock.sleep(3_600_000);
  expect(performance.now() - before).toBeLessThan(1000);
  expect(clock.now()).toBe(3_605_000);
  expect(clock.monotonic()).toBe(3_600_000);
  expect(clock.slept).toEqual([3_600_000]);
});

test('sleepers wake in order of time and may sleep again', async () => {
  const clock = fakeClock();
  const log: string[] = [];
  const sleeper = async (name: string, ...naps: number[]) => {
    for (const nap of naps) {
      await clock.sleep(nap);
      log.push(`${name}@${clock.monotonic()}`);
    }
  };
  await Promise.all([sleeper('a', 30, 30), sleeper('b', 10, 10, 10, 10), sleeper('c', 30)]);
  expect(log).toEqual(['b@10', 'b@20', 'a@30', 'c@30', 'b@30', 'b@40', 'a@60']);
  expect(clock.slept).toEqual([30, 10, 30, 10, 10, 30, 10]);
});

test('time advances only after pending promises settle', async () => {
  const clock = fakeClock();
  const seen: number[] = [];
  const busy = async () => {
    for (let step = 0; step < 100; step += 1) await Promise.resolve();
    seen.push(clock.monotonic());
  };
  await Promise.all([clock.sleep(10), busy()]);
  expect(seen).toEqual([0]);
});

test('an aborted sleep rejects with the reason and does not advance the clock', async () => {
  const clock = fakeClock();
  const controller = new AbortController();
  const reason = new Error('enough');
  const pause = clock.sleep(1000, controller.signal);
  controller.abort(reason);
  await expect(pause).rejects.toBe(reason);
  await expect(clock.sleep(1000, controller.signal)).rejects.toBe(reason);
  await turn();
  expect(clock.monotonic()).toBe(0);
  expect(clock.slept).toEqual([1000]);
});

test('a deadline on the clock aborts a longer sleep', async () => {
  const clock = fakeClock();
  const controller = new AbortController();
  void clock.sleep(50).then(() => controller.abort(new Error('deadline')));
  await expect(clock.sleep(60, controller.signal)).rejects.toThrow('deadline');
  expect(clock.monotonic()).toBe(50);
});

test('a manual clock advances only by advance(), which wakes sleepers in order', async () => {
  const clock = fakeClock({ pass: 'manual' });
  const woken: number[] = [];
  const ticker = async () => {
    while (true) {
      await clock.sleep(100);
      woken.push(clock.monotonic());
    }
  };
  void ticker();
  await turn();
  expect(woken).toEqual([]);
  await clock.advance(350);
  expect(woken).toEqual([100, 200, 300]);
  expect(clock.monotonic()).toBe(350);
  await clock.advance(50);
  expect(woken).toEqual([100, 200, 300, 400]);
});
