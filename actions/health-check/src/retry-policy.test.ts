import type { AttemptState } from '@repo/checks/judge';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  countAttempt,
  decideNext,
  type Ending,
  findContradiction,
  INITIAL_PROGRESS,
  type Progress,
  type RetryPolicy,
} from './retry-policy.ts';
import { DEFAULT_POLICY } from './testing/retry-policy.ts';

interface Run {
  readonly ending: Ending;
  readonly states: readonly AttemptState[];
  readonly waits: readonly number[];
  readonly progress: Progress;
  /** When it ended, ms. */
  readonly elapsed: number;
}

const LETTERS: Readonly<Record<string, AttemptState>> = {
  '+': 'healthy',
  '-': 'unhealthy',
  '?': 'unknown',
  '!': 'terminal',
  x: 'impossible',
};

/** The loop of run-check.ts in virtual time; the last state repeats. */
function play(
  overrides: Partial<RetryPolicy>,
  script: readonly AttemptState[],
  took: number | ((attempt: number) => number) = 0,
  random: () => number = () => 0.5,
): Run {
  const policy = { ...DEFAULT_POLICY, ...overrides };
  const states: AttemptState[] = [];
  const waits: number[] = [];
  let progress = INITIAL_PROGRESS;
  let elapsed = 0;
  for (;;) {
    const state = script[Math.min(states.length, script.length - 1)] ?? 'unhealthy';
    const most = Math.max(1, Math.min(policy.timeoutMs, policy.deadlineMs - elapsed));
    elapsed += Math.min(typeof took === 'number' ? took : took(states.length), most);
    states.push(state);
    progress = countAttempt(policy, progress, state, elapsed);
    const decision = decideNext(policy, progress, state, elapsed, random());
    if (decision.next === 'end') {
      return { ending: decision.ending, states, waits, progress, elapsed };
    }
    waits.push(decision.waitMs);
    elapsed += decision.waitMs;
    if (states.length > 100_000) throw new Error('the check does not end');
  }
}

function spell(letters: string): AttemptState[] {
  return [...letters].map((letter) => LETTERS[letter] ?? 'unhealthy');
}

const HEALTHY = { state: 'healthy', flaky: false };
const FLAKY = { state: 'healthy', flaky: true };
const unhealthy = (cause: string) => ({ state: 'unhealthy', cause });
const unknown = (cause: string) => ({ state: 'unknown', cause });

test.each<
  [string, Partial<RetryPolicy>, string, { ending: object; attempts: number; elapsed: number }]
>([
  ['healthy at once', {}, '+', { ending: HEALTHY, attempts: 1, elapsed: 0 }],
  [
    'failures in the start-up phase are allowed',
    {},
    '-----?--+',
    { ending: HEALTHY, attempts: 9, elapsed: 16_000 },
  ],
  [
    'success-threshold: a failure resets the streak',
    { successThreshold: 3 },
    '++-++-+++',
    { ending: FLAKY, attempts: 9, elapsed: 16_000 },
  ],
  [
    'max-attempts',
    { maxAttempts: 3 },
    '-',
    { ending: unhealthy('max-attempts'), attempts: 3, elapsed: 4_000 },
  ],
  [
    'the last of max-attempts can succeed',
    { maxAttempts: 3 },
    '--+',
    { ending: HEALTHY, attempts: 3, elapsed: 4_000 },
  ],
  [
    'deadline',
    { deadlineMs: 5_000 },
    '-',
    { ending: unhealthy('deadline'), attempts: 3, elapsed: 4_000 },
  ],
  [
    'deadline: no attempt starts at the deadline',
    { deadlineMs: 4_000 },
    '-',
    { ending: unhealthy('deadline'), attempts: 2, elapsed: 2_000 },
  ],
  [
    'healthy, but never for long enough',
    { deadlineMs: 5_000, successThreshold: 5 },
    '+',
    { ending: unhealthy('deadline'), attempts: 3, elapsed: 4_000 },
  ],
  [
    'terminal, although another attempt would succeed',
    {},
    '-!+',
    { ending: unhealthy('terminal'), attempts: 2, elapsed: 2_000 },
  ],
  ['impossible', {}, '-x+', { ending: unknown('impossible'), attempts: 2, elapsed: 2_000 }],
  [
    'never judged',
    { maxAttempts: 3 },
    '?',
    { ending: unknown('not-judged'), attempts: 3, elapsed: 4_000 },
  ],
  [
    'one unhealthy attempt among unknown ones is unhealthy',
    { maxAttempts: 3 },
    '?-?',
    { ending: unhealthy('max-attempts'), attempts: 3, elapsed: 4_000 },
  ],
  [
    'relapses in the start-up phase are flaky',
    { successThreshold: 2 },
    '-+-++',
    { ending: FLAKY, attempts: 5, elapsed: 8_000 },
  ],
  [
    'stable-for: healthy exactly at the end of the window',
    { stableForMs: 5_000 },
    '--+',
    { ending: HEALTHY, attempts: 6, elapsed: 9_000 },
  ],
  [
    'stable-for alone: the first failure ends it',
    { stableForMs: 10_000 },
    '-++-+',
    { ending: unhealthy('failure-threshold'), attempts: 4, elapsed: 6_000 },
  ],
  [
    'stable-for alone: unknown attempts end as unknown',
    { stableForMs: 10_000 },
    '-++?+',
    { ending: unknown('not-judged'), attempts: 4, elapsed: 6_000 },
  ],
  [
    'healthy at first, then unknown until the deadline',
    { deadlineMs: 5_000, successThreshold: 5 },
    '+?',
    { ending: unknown('not-judged'), attempts: 3, elapsed: 4_000 },
  ],
  [
    'failure-threshold alone: single failures pass',
    { stableForMs: 10_000, failureThreshold: 2 },
    '+-+-+-+',
    { ending: FLAKY, attempts: 7, elapsed: 12_000 },
  ],
  [
    'failure-threshold alone: consecutive failures end it',
    { stableForMs: 30_000, failureThreshold: 3 },
    '+--+---+',
    { ending: unhealthy('failure-threshold'), attempts: 7, elapsed: 12_000 },
  ],
  [
    'error-budget alone: consecutive failures within the budget pass',
    { stableForMs: 20_000, errorBudget: 0.3 },
    '+---+',
    { ending: FLAKY, attempts: 11, elapsed: 20_000 },
  ],
  [
    'error-budget alone: one more ends it',
    { stableForMs: 20_000, errorBudget: 0.3 },
    '+-+-+-+-+',
    { ending: unhealthy('error-budget'), attempts: 8, elapsed: 14_000 },
  ],
  [
    'both: the threshold ends it within the budget',
    { stableForMs: 20_000, errorBudget: 0.5, failureThreshold: 2 },
    '+-+--+',
    { ending: unhealthy('failure-threshold'), attempts: 5, elapsed: 8_000 },
  ],
  [
    'both: the budget ends it below the threshold',
    { stableForMs: 20_000, errorBudget: 0.2, failureThreshold: 2 },
    '+-+-+-+',
    { ending: unhealthy('error-budget'), attempts: 6, elapsed: 10_000 },
  ],
  [
    'a failure at the end of the window: continues until healthy',
    { stableForMs: 4_000, failureThreshold: 3 },
    '++--+',
    { ending: FLAKY, attempts: 5, elapsed: 8_000 },
  ],
  [
    'a failure at the end of the window: continues until the threshold',
    { stableForMs: 4_000, failureThreshold: 3 },
    '++---',
    { ending: unhealthy('failure-threshold'), attempts: 5, elapsed: 8_000 },
  ],
  [
    'a failure at the end of the window: continues until the deadline',
    { stableForMs: 4_000, failureThreshold: 9, deadlineMs: 9_000 },
    '++---',
    { ending: unhealthy('deadline'), attempts: 5, elapsed: 8_000 },
  ],
  [
    'the window ends with success-threshold healthy attempts',
    { stableForMs: 6_000, successThreshold: 2, failureThreshold: 2 },
    '++++-+++',
    { ending: FLAKY, attempts: 7, elapsed: 12_000 },
  ],
  [
    'max-attempts in the stable phase',
    { stableForMs: 60_000, maxAttempts: 4 },
    '+',
    { ending: unhealthy('max-attempts'), attempts: 4, elapsed: 6_000 },
  ],
  [
    'failures in the start-up phase do not use the budget',
    { stableForMs: 20_000, errorBudget: 0.1 },
    `${'-'.repeat(20)}+-+`,
    { ending: FLAKY, attempts: 31, elapsed: 60_000 },
  ],
])('%s', (_, policy, script, { ending, attempts, elapsed }) => {
  const run = play(policy, spell(script));
  expect(run.ending).toEqual(ending);
  expect(run.states).toHaveLength(attempts);
  expect(run.elapsed).toBe(elapsed);
});

test('ends as soon as the budget is certainly exceeded', () => {
  // 30 s at 2 s are 15 attempts after the first; 10% of them is one.
  const policy = { stableForMs: 30_000, errorBudget: 0.1 };
  expect(play(policy, spell('+-+')).ending).toEqual(FLAKY);
  const second = play(policy, spell('+-+-+'));
  expect(second.ending).toEqual(unhealthy('error-budget'));
  expect(second.states).toHaveLength(4);
});

test('a slow failure does not reduce the expected attempts', () => {
  // It took 12 of 30 s, but the remaining time allows 11 more attempts.
  const slow = (attempt: number) => (attempt === 1 ? 10_000 : 0);
  const run = play({ stableForMs: 30_000, errorBudget: 0.1 }, spell('+-+'), slow);
  expect(run.ending).toEqual(FLAKY);
  expect(run.progress).toMatchObject({ stableAttempts: 10, stableFailures: 1 });
});

test('without an interval, the budget is checked at the end of the window', () => {
  const run = play(
    { stableForMs: 100, errorBudget: 0.1, intervalMs: 0, jitter: 0 },
    spell(`+${'-'.repeat(5)}+`),
    1,
  );
  expect(run.ending).toEqual(FLAKY);
  expect(run.progress).toMatchObject({ stableAttempts: 100, stableFailures: 5 });
});

test('jitter can allow more attempts than expected', () => {
  const policy = { stableForMs: 20_000, errorBudget: 0.06, jitter: 0.5 };
  let turn = 0;
  // After the failure, the shortest pauses allow 18 more attempts instead of 9.
  const { ending, progress } = play(policy, spell('+-+'), 0, () => (turn++ === 0 ? 0.5 : 0));
  expect(ending).toEqual(FLAKY);
  expect(progress).toMatchObject({ stableAttempts: 19, stableFailures: 1 });
});

test('the attempt at the end of the window counts', () => {
  const { ending, progress } = play({ stableForMs: 5_000, errorBudget: 1 / 3 }, spell('+-+'));
  expect(ending).toEqual(FLAKY);
  expect(progress).toMatchObject({ stableAttempts: 3, stableFailures: 1 });
});

test('29% of 100 attempts are 29', () => {
  const policy = { stableForMs: 200_000, errorBudget: 0.29, deadlineMs: 500_000 };
  expect(play(policy, spell(`+${'-'.repeat(29)}+`)).ending).toEqual(FLAKY);
  expect(play(policy, spell(`+${'-'.repeat(30)}+`)).ending).toEqual(unhealthy('error-budget'));
});

test('max-attempts limits the remaining attempts of the budget', () => {
  const run = play({ stableForMs: 30_000, errorBudget: 0.1, maxAttempts: 6 }, spell('+-+'));
  expect(run.ending).toEqual(unhealthy('error-budget'));
  expect(run.states).toHaveLength(2);
});

test('exponential doubles after each failure in the start-up phase, up to max-interval', () => {
  const policy = { backoff: 'exponential', maxIntervalMs: 10_000, successThreshold: 2 } as const;
  expect(play(policy, spell('-----+-++')).waits).toEqual([
    2_000, 4_000, 8_000, 10_000, 10_000, 2_000, 2_000, 2_000,
  ]);
});

test('exponential does not apply to the stable phase', () => {
  const policy = { backoff: 'exponential', stableForMs: 8_000, failureThreshold: 4 } as const;
  expect(play(policy, spell('+--+')).waits).toEqual([2_000, 2_000, 2_000, 2_000]);
});

test('exponential never makes the pause shorter', () => {
  const policy = { backoff: 'exponential', intervalMs: 40_000, deadlineMs: 1_000_000 } as const;
  expect(play(policy, spell('---+')).waits).toEqual([40_000, 40_000, 40_000]);
});

test('exponential without an interval ends at the deadline', () => {
  const run = play({ backoff: 'exponential', intervalMs: 0, deadlineMs: 3_000 }, spell('-'), 1);
  expect(run.ending).toEqual(unhealthy('deadline'));
  expect(run.states).toHaveLength(3_000);
});

test.each([
  [0, 1_000],
  [0.5, 2_000],
  [1, 3_000],
])('jitter of 50%%: random %d waits %d ms', (random, wait) => {
  expect(play({ jitter: 0.5 }, spell('-+'), 0, () => random).waits).toEqual([wait]);
});

test('a tolerated failure does not change the time to healthy', () => {
  const policy = { stableForMs: 20_000, failureThreshold: 2, successThreshold: 2 };
  const { progress } = play(policy, spell('--++++-++'));
  expect(progress).toMatchObject({ healthySinceMs: 4_000, stableSinceMs: 6_000 });
  expect(play({ successThreshold: 2 }, spell('+-++')).progress.healthySinceMs).toBe(4_000);
});

test.each<[Partial<RetryPolicy>, RegExp | undefined]>([
  [{}, undefined],
  [{ stableForMs: 119_999 }, undefined],
  [{ stableForMs: 120_000 }, /^must be longer than stable-for/],
  [{ maxAttempts: 2, successThreshold: 3 }, /^is less than success-threshold/],
  [{ maxAttempts: 3, successThreshold: 3 }, undefined],
])('finds contradictions in %o', (policy, problem) => {
  const found = findContradiction({ ...DEFAULT_POLICY, ...policy });
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found?.problem).toMatch(problem);
});

const STATES = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<AttemptState>('healthy') },
    { weight: 5, arbitrary: fc.constant<AttemptState>('unhealthy') },
    { weight: 2, arbitrary: fc.constant<AttemptState>('unknown') },
    { weight: 1, arbitrary: fc.constantFrom<AttemptState>('terminal', 'impossible') },
  ),
  { minLength: 1, maxLength: 60 },
);

const POLICIES = fc.record<RetryPolicy>({
  timeoutMs: fc.integer({ min: 1, max: 2_000 }),
  deadlineMs: fc.integer({ min: 1, max: 20_000 }),
  intervalMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3_000 })),
  backoff: fc.constantFrom('constant', 'exponential'),
  maxIntervalMs: fc.integer({ min: 1, max: 4_000 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  initialDelayMs: fc.constant(0),
  maxAttempts: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })),
  successThreshold: fc.integer({ min: 1, max: 5 }),
  failureThreshold: fc.integer({ min: 1, max: 5 }),
  stableForMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20_000 })),
  errorBudget: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
});

test('every policy ends within its limits', () => {
  fc.assert(
    fc.property(
      POLICIES,
      STATES,
      fc.array(fc.integer({ min: 1, max: 2_500 }), { minLength: 1, maxLength: 20 }),
      // Not exactly 0: with a jitter of 100%, the pause would be 0.
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      (policy, script, durations, chance) => {
        const took = (attempt: number) => durations[attempt % durations.length] ?? 1;
        const { ending, states, waits, elapsed, progress } = play(
          policy,
          script,
          took,
          () => chance,
        );

        // An attempt has at least 1 ms.
        expect(elapsed).toBeLessThan(policy.deadlineMs + 1);
        if (policy.maxAttempts > 0) expect(states.length).toBeLessThanOrEqual(policy.maxAttempts);
        for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(0);
        if (policy.intervalMs > 0) for (const wait of waits) expect(wait).toBeGreaterThan(0);
        if (ending.state === 'healthy') {
          const last = states.slice(-policy.successThreshold);
          expect(last).toEqual(Array(policy.successThreshold).fill('healthy'));
          expect(ending.flaky).toBe(
            states.slice(states.indexOf('healthy')).some((s) => s !== 'healthy'),
          );
          const stableMs = elapsed - (progress.stableSinceMs ?? 0);
          expect(stableMs).toBeGreaterThanOrEqual(policy.stableForMs);
          if (policy.errorBudget > 0) {
            expect(progress.stableFailures).toBeLessThanOrEqual(
              policy.errorBudget * progress.stableAttempts,
            );
          }
        }
        if (!states.includes('healthy')) expect(ending.state).not.toBe('healthy');
        if (states.every((state) => state === 'unknown')) expect(ending.state).toBe('unknown');
        expect(progress.attempts).toBe(states.length);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('the budget ends only windows that cannot stay within it', () => {
  fc.assert(
    fc.property(POLICIES, STATES, fc.integer({ min: 1, max: 2_000 }), (given, script, took) => {
      const policy = { ...given, errorBudget: Math.max(given.errorBudget, 0.05), maxAttempts: 0 };
      const run = play(policy, script, took);
      if (run.ending.state !== 'unhealthy' || run.ending.cause !== 'error-budget') return;
      // All further attempts are healthy, fast and as early as possible.
      let decisions = 0;
      const rest = play(
        { ...policy, failureThreshold: 10_000, deadlineMs: 2 ** 31 },
        [...run.states, 'healthy'],
        (attempt) => (attempt < run.states.length ? took : 0.1),
        () => (++decisions < run.states.length ? 0.5 : 0.001),
      );
      expect(rest.ending).toEqual(unhealthy('error-budget'));
    }),
  );
});
