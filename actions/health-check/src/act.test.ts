import type { Observation } from '@repo/checks/kinds/observation';
import { MACHINE, NETWORK } from '@repo/checks/testing/attempt-context';
import { slots } from '@repo/core/process/slots';
import { fakeClock } from '@repo/testkit/clock';
import { expect, test } from 'vitest';
import { act } from './act.ts';
import type { Check } from './check.ts';
import { DEFAULT_POLICY } from './testing/retry-policy.ts';

const UP: Observation = { state: 'answered', facts: {} };
const DOWN: Observation = { state: 'failed', reason: 'connection refused' };

type Clock = ReturnType<typeof fakeClock>;

/** A check that is unhealthy until `healthyAtMs`. */
function check(name: string, clock: Clock, healthyAtMs: number, durationMs = 0): Check {
  return {
    name,
    kind: 'http',
    target: `http://${name}.example/`,
    secrets: [],
    policy: { ...DEFAULT_POLICY, intervalMs: 1_000 },
    expectations: { expect: [], degraded: [], failWhen: [] },
    reads: new Set(),
    allAddresses: false,
    connections: 1,
    needs: [],
    attempt: async () => {
      if (durationMs > 0) await clock.sleep(durationMs);
      return [clock.monotonic() >= healthyAtMs ? UP : DOWN];
    },
  };
}

async function actOn(
  checks: readonly Check[],
  clock: Clock,
  concurrency = 8,
  signal = new AbortController().signal,
) {
  const lines: string[] = [];
  const log = {
    info: (text: string) => void lines.push(`${clock.monotonic() / 1_000}s ${text}`),
    debug: () => {},
    group: <T>(_: string, work: () => Promise<T>) => work(),
  };
  const results = await act(checks, NETWORK, {
    slots: slots(concurrency),
    log,
    clock,
    signal,
    random: () => 0.5,
    machine: MACHINE,
  });
  return { results, lines };
}

test('runs all checks concurrently and returns the results in order', async () => {
  const clock = fakeClock();
  const { results, lines } = await actOn([check('a', clock, 2_000), check('b', clock, 0)], clock);
  expect(results.map(({ name, status }) => [name, status])).toEqual([
    ['a', 'healthy'],
    ['b', 'healthy'],
  ]);
  expect(lines).toEqual([
    '0s … a: connection refused (attempt 1), retry in 1s',
    '0s ✅ b: healthy, after 1 attempt',
    '2s ✅ a: healthy, after 3 attempts',
  ]);
});

test('limits the concurrent attempts', async () => {
  const clock = fakeClock();
  let running = 0;
  let most = 0;
  const checks = Array.from({ length: 9 }, (_, index) => {
    const one = check(`c${index}`, clock, 0, 500);
    const attempt: Check['attempt'] = async (context) => {
      most = Math.max(most, ++running);
      const seen = await one.attempt(context);
      running--;
      return seen;
    };
    return { ...one, attempt };
  });
  await actOn(checks, clock, 3);
  expect(most).toBe(3);
  expect(clock.monotonic()).toBe(1_500);
});

test('logs the unfinished checks every 10 s', async () => {
  const clock = fakeClock();
  const { lines } = await actOn(
    [check('fast', clock, 0), check('slow', clock, 12_500), check('slower', clock, 24_500)],
    clock,
  );
  expect(lines.filter((line) => line.includes('finished'))).toEqual([
    '10s … 1 of 3 finished, waiting for slow, slower',
    '20s … 2 of 3 finished, waiting for slower',
  ]);
  expect(clock.monotonic()).toBe(25_000);
});

test('logs at most five names of unfinished checks', async () => {
  const clock = fakeClock();
  const checks = Array.from({ length: 8 }, (_, index) => check(`c${index}`, clock, 10_500));
  const { lines } = await actOn(checks, clock);
  expect(lines.filter((line) => line.includes('finished'))).toEqual([
    '10s … 0 of 8 finished, waiting for c0, c1, c2, c3, c4 and 3 more',
  ]);
});

test('a cancel ends all checks and keeps their attempts', async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const stopper: Check = {
    ...check('stopper', clock, 0),
    attempt: async () => {
      await clock.sleep(3_500);
      stop.abort(new Error('cancelled'));
      return [UP];
    },
  };
  const { results } = await actOn(
    [check('a', clock, 90_000), check('done', clock, 0), stopper],
    clock,
    8,
    stop.signal,
  );
  expect(results.map(({ status, attempts }) => [status, attempts])).toEqual([
    ['unknown', 4],
    ['healthy', 1],
    ['unknown', 0],
  ]);
});

test('a bug in a check is thrown', async () => {
  const clock = fakeClock();
  const broken: Check = {
    ...check('broken', clock, 0),
    attempt: async () => {
      throw new TypeError('x is not a function');
    },
  };
  await expect(actOn([check('a', clock, 0), broken], clock)).rejects.toThrow('x is not a function');
});
