import { type Expectation, MET } from '@repo/checks/expectations/expectation';
import { DurationFact } from '@repo/checks/facts';
import type { AttemptContext } from '@repo/checks/kinds/kind';
import type { Observation } from '@repo/checks/kinds/observation';
import { MACHINE, NETWORK } from '@repo/checks/testing/attempt-context';
import { slots } from '@repo/core/process/slots';
import { fakeClock } from '@repo/testkit/clock';
import { expect, test } from 'vitest';
import type { Check } from './check.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { runCheck } from './run-check.ts';
import { DEFAULT_POLICY } from './testing/retry-policy.ts';

const POLICY: RetryPolicy = { ...DEFAULT_POLICY, deadlineMs: 60_000 };

const UP: Observation = { state: 'answered', phases: { total: 5 }, facts: {} };
const DOWN: Observation = { state: 'failed', reason: 'connection refused' };

type Attempt = (context: AttemptContext, number: number) => Promise<readonly Observation[]>;

interface Options {
  readonly policy?: Partial<RetryPolicy>;
  readonly check?: Partial<Check>;
  readonly signal?: AbortSignal;
  readonly clock?: ReturnType<typeof fakeClock>;
  readonly limiter?: ReturnType<typeof slots>;
}

async function run(attempt: Attempt, options: Options = {}) {
  const { clock = fakeClock(), signal = new AbortController().signal } = options;
  const lines: string[] = [];
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
    info: (text: string) => void lines.push(text),
    debug: () => {},
    group: <T>(_: string, work: () => Promise<T>) => work(),
  };
  const result = await runCheck(check, NETWORK, {
    slots: options.limiter ?? slots(1),
    log,
    clock,
    signal,
    random: () => 0.5,
    machine: MACHINE,
  });
  return { result, lines, clock };
}

/** One observation per attempt; the last one repeats. */
const script =
  (...observations: readonly Observation[]): Attempt =>
  async (_, number) => [observations[Math.min(number, observations.length) - 1] ?? DOWN];

test('repeats attempts until the check is healthy', async () => {
  const { result, clock } = await run(script(DOWN, DOWN, UP), {
    policy: { initialDelayMs: 1_500, successThreshold: 2 },
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

test('passes the context to each attempt', async () => {
  let given: AttemptContext | undefined;
  const signal = new AbortController().signal;
  await run(
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

test('suffices checks an observation against the expectations', async () => {
  const expectation: Expectation = {
    source: 'status == 200',
    reads: ['status'],
    judge: ({ status }) => (status === 200 ? MET : { met: false, found: 'no' }),
  };
  const answers: boolean[] = [];
  const { result } = await run(
    async ({ suffices }) => {
      for (const status of [503, 200])
        answers.push(suffices({ ...UP, facts: { status } } as Observation));
      answers.push(suffices(DOWN));
      return [{ ...UP, facts: { status: 200 } }];
    },
    { check: { expectations: { expect: [expectation], degraded: [], failWhen: [] } } },
  );
  expect(answers).toEqual([false, true, false]);
  expect(result.attempts).toBe(1);
});

test('the deadline limits the timeout of an attempt', async () => {
  const clock = fakeClock();
  const timeouts: number[] = [];
  const { result } = await run(
    async ({ timeoutMs }) => {
      timeouts.push(timeoutMs);
      await clock.sleep(timeoutMs);
      return [DOWN];
    },
    { clock, policy: { deadlineMs: 25_000 } },
  );
  expect(timeouts).toEqual([10_000, 10_000, 1_000]);
  expect(result).toMatchObject({
    status: 'unhealthy',
    reason: 'connection refused (after 3 attempts in 25s, the deadline)',
  });
});

test('waiting for the first slot does not count towards the deadline', async () => {
  const clock = fakeClock();
  const limiter = slots(1);
  const busy = limiter.take(() => clock.sleep(90_000));
  const { result } = await run(script(DOWN, DOWN, UP), { clock, limiter });
  await busy;
  expect(result).toMatchObject({ status: 'healthy', timeToHealthyMs: 4_000, durationMs: 4_000 });
});

test('starts no attempt after the deadline', async () => {
  const clock = fakeClock();
  const limiter = slots(1);
  const attempts: number[] = [];
  const { result } = await run(
    async () => {
      attempts.push(clock.monotonic());
      if (attempts.length === 1) void limiter.take(() => clock.sleep(90_000));
      return [DOWN];
    },
    { clock, limiter },
  );
  expect(attempts).toEqual([0]);
  expect(result).toMatchObject({
    status: 'unhealthy',
    reason: 'connection refused (after 1 attempt in 1m 30s, the deadline)',
  });
});

test('a cancel during an attempt', async () => {
  const stop = new AbortController();
  const { result } = await run(
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

test('a cancel during an attempt that throws', async () => {
  const stop = new AbortController();
  const { result } = await run(
    async () => {
      stop.abort(new Error('cancelled'));
      throw new Error('the socket is gone');
    },
    { signal: stop.signal },
  );
  expect(result).toMatchObject({ status: 'unknown', reason: 'cancelled before the first attempt' });
});

test('a cancel during a pause', async () => {
  const stop = new AbortController();
  const clock = fakeClock({ pass: 'manual' });
  const pending = run(script(DOWN), { signal: stop.signal, clock });
  await clock.advance(3_000);
  stop.abort(new Error('cancelled'));
  expect((await pending).result).toMatchObject({
    status: 'unknown',
    reason: 'cancelled after 2 attempts in 3s',
    failedAttempts: 2,
  });
});

test('a cancel before the first attempt', async () => {
  const before = AbortSignal.abort(new Error('cancelled'));
  const never = async () => expect.unreachable();
  expect((await run(never, { signal: before })).result).toMatchObject({
    status: 'unknown',
    reason: 'cancelled before the first attempt',
  });

  const stop = new AbortController();
  const clock = fakeClock();
  const limiter = slots(1);
  const busy = limiter.take(async () => {
    await clock.sleep(5_000);
    stop.abort(new Error('cancelled'));
  });
  const { result } = await run(never, { signal: stop.signal, clock, limiter });
  await busy;
  expect(result.status).toBe('unknown');
});

test('a bug in an attempt is thrown and frees its slot', async () => {
  const limiter = slots(1);
  const bug = async () => {
    throw new TypeError('x is not a function');
  };
  await expect(run(bug, { limiter })).rejects.toThrow('x is not a function');
  await expect(limiter.take(async () => 'free')).resolves.toBe('free');
});

test('logs a retry when its reason changes', async () => {
  const late: Observation = { state: 'failed', reason: 'not done within 10s' };
  const { lines } = await run(script(DOWN, DOWN, late, late, DOWN, UP));
  expect(lines).toEqual([
    '… api: connection refused (attempt 1), retry in 2s',
    '… api: not done within 10s (attempt 3), retry in 2s',
    '… api: connection refused (attempt 5), retry in 2s',
  ]);
});

test('does not log healthy attempts', async () => {
  const { lines } = await run(script(UP), { policy: { stableForMs: 10_000 } });
  expect(lines).toEqual([]);
});

/** An expectation that is never met and records the facts. */
function spy(name: string) {
  const seen: unknown[] = [];
  const expectation: Expectation = {
    source: name,
    reads: [name],
    judge: (facts) => {
      seen.push(facts[name]);
      return { met: false, found: 'never' };
    },
  };
  return { seen, check: { expectations: { expect: [expectation], degraded: [], failWhen: [] } } };
}

const took = (total: number): Observation => ({ state: 'answered', phases: { total }, facts: {} });

test('the window includes the current attempt with its slowest answer', async () => {
  const { seen, check } = spy('window');
  const turns = [[took(10)], [took(1), took(30), took(2)], [DOWN], [took(20)]];
  await run(async (_, number) => turns[number - 1] ?? [], {
    policy: { maxAttempts: 4 },
    check: { ...check, reads: new Set(['window']) },
  });
  const window = (p50: number, p95: number, failures: number) => ({
    failures,
    p50: new DurationFact(p50),
    p95: new DurationFact(p95),
    max: new DurationFact(p95),
  });
  expect(seen[0]).toEqual(window(10, 10, 0));
  expect(seen.at(-1)).toEqual(window(20, 30, 3));
});

test('the window has no latencies without an answer', async () => {
  const { seen, check } = spy('window');
  const { phases: _, ...bare } = UP;
  await run(async () => [bare], {
    policy: { maxAttempts: 1 },
    check: { ...check, reads: new Set(['window']) },
  });
  expect(seen).toEqual([{ failures: 0 }]);
});

test('removes secrets that the target echoes', async () => {
  const echo: Observation = {
    state: 'failed',
    reason: 'unknown user top-secret',
    evidence: () => [{ title: 'answer', lines: ['Authorization: top-secret', 'and top-se…'] }],
  };
  const { result, lines } = await run(script(echo), {
    policy: { maxAttempts: 2 },
    check: { secrets: ['top-secret'] },
  });
  expect(JSON.stringify([result, lines])).not.toContain('top-se');
  expect(result.evidence).toEqual([{ title: 'answer', lines: ['Authorization: ***', 'and ***…'] }]);
});

test('computes the window only if an expectation reads it', async () => {
  const window = spy('window');
  await run(async () => [UP], { policy: { maxAttempts: 1 }, check: window.check });
  expect(window.seen).toEqual([undefined]);
  const attempt = spy('attempt');
  await run(async () => [UP], { policy: { maxAttempts: 3 }, check: attempt.check });
  expect(attempt.seen).toEqual([1, 2, 3]);
});

test('keeps the latest 500 attempts', async () => {
  const { result } = await run(script(DOWN), { policy: { maxAttempts: 600, intervalMs: 1 } });
  expect(result.attempts).toBe(600);
  expect(result.history).toHaveLength(500);
  expect(result.history[0]?.atMs).toBe(100);
});
