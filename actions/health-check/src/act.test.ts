import type { Observation } from '@repo/checks/kinds/observation';
import { MACHINE, NETWORK } from '@repo/checks/testing/attempt-context';
import { fakeClock } from '@repo/testkit/clock';
import { expect, test } from 'vitest';
import { act } from './act.ts';
import type { Check } from './check.ts';
import { DEFAULT_POLICY } from './testing/retry-policy.ts';

const UP: Observation = { state: 'answered', facts: {} };
const DOWN: Observation = { state: 'failed', reason: 'connection refused' };

type Clock = ReturnType<typeof fakeClock>;

/** Bad until so many milliseconds have passed; each attempt takes as long as it is told. */
function check(name: string, clock: Clock, well: number, took = 0): Check {
  return {
    name,
    kind: 'http',
    target: `http://${name}.example/`,
    secrets: [],
    policy: { ...DEFAULT_POLICY, interval: 1_000 },
    expectations: { expect: [], degraded: [], failWhen: [] },
    reads: new Set(),
    allAddresses: false,
    connections: 1,
    needs: [],
    attempt: async () => {
      if (took > 0) await clock.sleep(took);
      return [clock.monotonic() >= well ? UP : DOWN];
    },
  };
}

async function actOn(
  checks: readonly Check[],
  clock: Clock,
  concurrency = 8,
  signal = new AbortController().signal,
) {
  const said: string[] = [];
  const log = {
    info: (text: string) => void said.push(`${clock.monotonic() / 1_000}s ${text}`),
    debug: () => {},
    group: <T>(_: string, work: () => Promise<T>) => work(),
  };
  const results = await act(checks, NETWORK, concurrency, {
    log,
    clock,
    signal,
    random: () => 0.5,
    machine: MACHINE,
  });
  return { results, said };
}

test('carries all out side by side, and tells each as it ends, in the order of the checks', async () => {
  const clock = fakeClock();
  const { results, said } = await actOn([check('a', clock, 2_000), check('b', clock, 0)], clock);
  expect(results.map(({ name, status }) => [name, status])).toEqual([
    ['a', 'healthy'],
    ['b', 'healthy'],
  ]);
  expect(said).toEqual([
    '0s … a: connection refused (attempt 1), again in 1s',
    '0s ✅ b: healthy, after 1 attempt',
    '2s ✅ a: healthy, after 3 attempts',
  ]);
});

test('no more attempts at a time than the concurrency', async () => {
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

test('a heartbeat every 10 s names what is waited for', async () => {
  const clock = fakeClock();
  const { said } = await actOn(
    [check('fast', clock, 0), check('slow', clock, 12_500), check('slower', clock, 24_500)],
    clock,
  );
  expect(said.filter((line) => line.includes('settled'))).toEqual([
    '10s … 1 of 3 settled, waiting for slow, slower',
    '20s … 2 of 3 settled, waiting for slower',
  ]);
  expect(clock.monotonic()).toBe(25_000);
});

test('a heartbeat names five at most', async () => {
  const clock = fakeClock();
  const checks = Array.from({ length: 8 }, (_, index) => check(`c${index}`, clock, 10_500));
  const { said } = await actOn(checks, clock);
  expect(said.filter((line) => line.includes('settled'))).toEqual([
    '10s … 0 of 8 settled, waiting for c0, c1, c2, c3, c4 and 3 more',
  ]);
});

test('a cancel ends all of them, and what was seen is reported', async () => {
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

test('a bug in one check is told, not swallowed', async () => {
  const clock = fakeClock();
  const broken: Check = {
    ...check('broken', clock, 0),
    attempt: async () => {
      throw new TypeError('x is not a function');
    },
  };
  await expect(actOn([check('a', clock, 0), broken], clock)).rejects.toThrow('x is not a function');
});
