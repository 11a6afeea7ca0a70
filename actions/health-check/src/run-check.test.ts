import { type Expectation, MET } from '@repo/checks/expectations/expectation';
import { DurationFact } from '@repo/checks/facts';
import type { AttemptContext } from '@repo/checks/kinds/kind';
import type { Observation } from '@repo/checks/kinds/observation';
import { MACHINE, NETWORK } from '@repo/checks/testing/attempt-context';
import { slots } from '@repo/core/process/slots';
import { fakeClock } from '@repo/testkit/clock';
import { expect, test } from 'vitest';
import type { Check } from './check.ts';
import type { Policy } from './retry-policy.ts';
import { carryOut } from './run-check.ts';
import { DEFAULT_POLICY } from './testing/retry-policy.ts';

const POLICY: Policy = { ...DEFAULT_POLICY, deadline: 60_000 };

const UP: Observation = { state: 'answered', phases: { total: 5 }, facts: {} };
const DOWN: Observation = { state: 'failed', reason: 'connection refused' };

type Attempt = (context: AttemptContext, number: number) => Promise<readonly Observation[]>;

interface Options {
  readonly policy?: Partial<Policy>;
  readonly check?: Partial<Check>;
  readonly signal?: AbortSignal;
  readonly clock?: ReturnType<typeof fakeClock>;
  readonly bounded?: ReturnType<typeof slots>;
}

async function carry(attempt: Attempt, options: Options = {}) {
  const { clock = fakeClock(), signal = new AbortController().signal } = options;
  const said: string[] = [];
  let number = 0;
  const check: Check = {
    name: 'api',
    kind: 'http',
    target: 'http://api.example/',
    secrets: [],
    expectations: { expect: [], degraded: [], failWhen: [] },
    reads: new Set(),
    allAddresses: false,
    connections: 1,
    needs: [],
    attempt: (context) => attempt(context, ++number),
    ...options.check,
    policy: { ...POLICY, ...options.policy },
  };
  const log = {
    info: (text: string) => void said.push(text),
    debug: () => {},
    group: <T>(_: string, work: () => Promise<T>) => work(),
  };
  const result = await carryOut(check, NETWORK, options.bounded ?? slots(1), {
    log,
    clock,
    signal,
    random: () => 0.5,
    machine: MACHINE,
  });
  return { result, said, clock };
}

/** An observation for each attempt; the last goes on. */
const script =
  (...observations: readonly Observation[]): Attempt =>
  async (_, number) => [observations[Math.min(number, observations.length) - 1] ?? DOWN];

test('tries until it is well, and tells how it went', async () => {
  const { result, clock } = await carry(script(DOWN, DOWN, UP), {
    policy: { initialDelay: 1_500, successThreshold: 2 },
  });
  expect(result).toMatchObject({
    status: 'healthy',
    reason: 'after 4 attempts',
    attempts: 4,
    failedAttempts: 2,
    timeToHealthyMs: 4_000,
    durationMs: 6_000,
    latency: { total: { p50: 5, p95: 5, max: 5 } },
  });
  expect(result.history).toEqual([
    { atMs: 0, state: 'unhealthy', reason: 'connection refused' },
    { atMs: 2_000, state: 'unhealthy', reason: 'connection refused' },
    { atMs: 4_000, state: 'healthy', latencyMs: 5 },
    { atMs: 6_000, state: 'healthy', latencyMs: 5 },
  ]);
  expect(clock.slept).toEqual([1_500, 2_000, 2_000, 2_000]);
});

test('hands an attempt what it needs', async () => {
  let given: AttemptContext | undefined;
  const signal = new AbortController().signal;
  await carry(
    async (context) => {
      given = context;
      return [UP];
    },
    { signal, check: { allAddresses: true, connections: 5, reads: new Set(['body']) } },
  );
  expect(given).toMatchObject({
    network: NETWORK,
    machine: MACHINE,
    allAddresses: true,
    connections: 5,
    reads: new Set(['body']),
    timeoutMs: 10_000,
    signal,
  });
});

test('an attempt may ask whether an observation is all that is demanded', async () => {
  const expectation: Expectation = {
    source: 'status == 200',
    reads: ['status'],
    judge: ({ status }) => (status === 200 ? MET : { met: false, found: 'no' }),
  };
  const asked: boolean[] = [];
  const { result } = await carry(
    async ({ suffices }) => {
      for (const status of [503, 200])
        asked.push(suffices({ ...UP, facts: { status } } as Observation));
      asked.push(suffices(DOWN));
      return [{ ...UP, facts: { status: 200 } }];
    },
    { check: { expectations: { expect: [expectation], degraded: [], failWhen: [] } } },
  );
  expect(asked).toEqual([false, true, false]);
  expect(result.attempts).toBe(1);
});

test('an attempt gets no more time than is left of the deadline', async () => {
  const clock = fakeClock();
  const timeouts: number[] = [];
  const { result } = await carry(
    async ({ timeoutMs }) => {
      timeouts.push(timeoutMs);
      await clock.sleep(timeoutMs);
      return [DOWN];
    },
    { clock, policy: { deadline: 25_000 } },
  );
  expect(timeouts).toEqual([10_000, 10_000, 1_000]);
  expect(result).toMatchObject({
    status: 'unhealthy',
    reason: 'connection refused (after 3 attempts in 25s, the deadline)',
  });
});

test('the deadline runs from the first attempt: waiting for a slot does not count', async () => {
  const clock = fakeClock();
  const bounded = slots(1);
  const busy = bounded.take(() => clock.sleep(90_000));
  const { result } = await carry(script(DOWN, DOWN, UP), { clock, bounded });
  await busy;
  expect(result).toMatchObject({ status: 'healthy', timeToHealthyMs: 4_000, durationMs: 4_000 });
});

test('no attempt begins after the deadline, however long the others have the slots', async () => {
  const clock = fakeClock();
  const bounded = slots(1);
  const attempts: number[] = [];
  const { result } = await carry(
    async () => {
      attempts.push(clock.monotonic());
      if (attempts.length === 1) void bounded.take(() => clock.sleep(90_000));
      return [DOWN];
    },
    { clock, bounded },
  );
  expect(attempts).toEqual([0]);
  expect(result).toMatchObject({
    status: 'unhealthy',
    reason: 'connection refused (after 1 attempt in 1m 30s, the deadline)',
  });
});

test('a cancel in the middle of an attempt', async () => {
  const stop = new AbortController();
  const { result } = await carry(
    async (_, number) => {
      if (number === 2) stop.abort(new Error('cancelled'));
      return [number === 2 ? UP : DOWN];
    },
    { signal: stop.signal },
  );
  expect(result).toMatchObject({
    status: 'unknown',
    reason: 'cancelled after 1 attempt in 2s',
    attempts: 1,
  });
});

test('a cancel in the middle of an attempt that rejects', async () => {
  const stop = new AbortController();
  const { result } = await carry(
    async () => {
      stop.abort(new Error('cancelled'));
      throw new Error('the socket is gone');
    },
    { signal: stop.signal },
  );
  expect(result).toMatchObject({ status: 'unknown', reason: 'cancelled before the first attempt' });
});

test('a cancel while it waits', async () => {
  const stop = new AbortController();
  const clock = fakeClock({ pass: 'manual' });
  const pending = carry(script(DOWN), { signal: stop.signal, clock });
  await clock.advance(3_000);
  stop.abort(new Error('cancelled'));
  expect((await pending).result).toMatchObject({
    status: 'unknown',
    reason: 'cancelled after 2 attempts in 3s',
    failedAttempts: 2,
  });
});

test('a cancel before it began, or while it waits for a slot', async () => {
  const before = AbortSignal.abort(new Error('cancelled'));
  const never = async () => expect.unreachable();
  expect((await carry(never, { signal: before })).result).toMatchObject({
    status: 'unknown',
    reason: 'cancelled before the first attempt',
  });

  const stop = new AbortController();
  const clock = fakeClock();
  const bounded = slots(1);
  const busy = bounded.take(async () => {
    await clock.sleep(5_000);
    stop.abort(new Error('cancelled'));
  });
  const { result } = await carry(never, { signal: stop.signal, clock, bounded });
  await busy;
  expect(result.status).toBe('unknown');
});

test('a bug in an attempt is not swallowed, and frees its slot', async () => {
  const bounded = slots(1);
  const bug = async () => {
    throw new TypeError('x is not a function');
  };
  await expect(carry(bug, { bounded })).rejects.toThrow('x is not a function');
  await expect(bounded.take(async () => 'free')).resolves.toBe('free');
});

test('the log tells why it is tried again, once for each new reason', async () => {
  const late: Observation = { state: 'failed', reason: 'not done within 10s' };
  const { said } = await carry(script(DOWN, DOWN, late, late, DOWN, UP));
  expect(said).toEqual([
    '… api: connection refused (attempt 1), again in 2s',
    '… api: not done within 10s (attempt 3), again in 2s',
    '… api: connection refused (attempt 5), again in 2s',
  ]);
});

test('good attempts are tried again in silence', async () => {
  const { said } = await carry(script(UP), { policy: { stableFor: 10_000 } });
  expect(said).toEqual([]);
});

/** Never met; keeps what it was shown. */
function spy(name: string) {
  const shown: unknown[] = [];
  const expectation: Expectation = {
    source: name,
    reads: [name],
    judge: (facts) => {
      shown.push(facts[name]);
      return { met: false, found: 'never' };
    },
  };
  return { shown, check: { expectations: { expect: [expectation], degraded: [], failWhen: [] } } };
}

const took = (total: number): Observation => ({ state: 'answered', phases: { total }, facts: {} });

test('the window has the attempt that is judged in it, at the pace of its slowest answer', async () => {
  const { shown, check } = spy('window');
  const turns = [[took(10)], [took(1), took(30), took(2)], [DOWN], [took(20)]];
  await carry(async (_, number) => turns[number - 1] ?? [], {
    policy: { maxAttempts: 4 },
    check: { ...check, reads: new Set(['window']) },
  });
  const window = (p50: number, p95: number, failures: number) => ({
    failures,
    p50: new DurationFact(p50),
    p95: new DurationFact(p95),
    max: new DurationFact(p95),
  });
  expect(shown[0]).toEqual(window(10, 10, 0));
  expect(shown.at(-1)).toEqual(window(20, 30, 3));
});

test('before anything answered, the window knows no latencies', async () => {
  const { shown, check } = spy('window');
  const { phases: _, ...bare } = UP;
  await carry(async () => [bare], {
    policy: { maxAttempts: 1 },
    check: { ...check, reads: new Set(['window']) },
  });
  expect(shown).toEqual([{ failures: 0 }]);
});

test('what the target echoes of the secrets is told nowhere', async () => {
  const echo: Observation = {
    state: 'failed',
    reason: 'who is top-secret',
    evidence: () => [{ title: 'answer', lines: ['Authorization: top-secret', 'and top-se…'] }],
  };
  const { result, said } = await carry(script(echo), {
    policy: { maxAttempts: 2 },
    check: { secrets: ['top-secret'] },
  });
  expect(JSON.stringify([result, said])).not.toContain('top-se');
  expect(result.evidence).toEqual([{ title: 'answer', lines: ['Authorization: ***', 'and ***…'] }]);
});

test('nothing is reckoned that nobody reads; the number of the attempt is always known', async () => {
  const window = spy('window');
  await carry(async () => [UP], { policy: { maxAttempts: 1 }, check: window.check });
  expect(window.shown).toEqual([undefined]);
  const attempt = spy('attempt');
  await carry(async () => [UP], { policy: { maxAttempts: 3 }, check: attempt.check });
  expect(attempt.shown).toEqual([1, 2, 3]);
});

test('the report keeps the latest 500 attempts', async () => {
  const { result } = await carry(script(DOWN), { policy: { maxAttempts: 600, interval: 1 } });
  expect(result.attempts).toBe(600);
  expect(result.history).toHaveLength(500);
  expect(result.history[0]?.atMs).toBe(100);
});
