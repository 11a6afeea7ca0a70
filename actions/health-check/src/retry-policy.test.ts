import type { AttemptState } from '@repo/checks/judge';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BEGIN,
  contradiction,
  decide,
  type Ending,
  type Policy,
  type Progress,
  record,
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

/** The loop of carry-out.ts in virtual time; the last of the states goes on for ever. */
function play(
  overrides: Partial<Policy>,
  script: readonly AttemptState[],
  took: number | ((attempt: number) => number) = 0,
  random: () => number = () => 0.5,
): Run {
  const policy = { ...DEFAULT_POLICY, ...overrides };
  const states: AttemptState[] = [];
  const waits: number[] = [];
  let progress = BEGIN;
  let elapsed = 0;
  for (;;) {
    const state = script[Math.min(states.length, script.length - 1)] ?? 'unhealthy';
    const most = Math.max(1, Math.min(policy.timeout, policy.deadline - elapsed));
    elapsed += Math.min(typeof took === 'number' ? took : took(states.length), most);
    states.push(state);
    progress = record(policy, progress, state, elapsed);
    const decision = decide(policy, progress, state, elapsed, random());
    if (decision.next === 'end') {
      return { ending: decision.ending, states, waits, progress, elapsed };
    }
    waits.push(decision.wait);
    elapsed += decision.wait;
    if (states.length > 100_000) throw new Error('it never ends');
  }
}

function spell(letters: string): AttemptState[] {
  return [...letters].map((letter) => LETTERS[letter] ?? 'unhealthy');
}

const HEALTHY = { state: 'healthy', flaky: false };
const FLAKY = { state: 'healthy', flaky: true };
const ill = (why: string) => ({ state: 'unhealthy', why });
const unknown = (why: string) => ({ state: 'unknown', why });

test.each<[string, Partial<Policy>, string, { ending: object; attempts: number; elapsed: number }]>(
  [
    ['good at once', {}, '+', { ending: HEALTHY, attempts: 1, elapsed: 0 }],
    [
      'failures of the start-up cost nothing but time',
      {},
      '-----?--+',
      { ending: HEALTHY, attempts: 9, elapsed: 16_000 },
    ],
    [
      'success-threshold: a failure begins the streak anew',
      { successThreshold: 3 },
      '++-++-+++',
      { ending: FLAKY, attempts: 9, elapsed: 16_000 },
    ],
    [
      'max-attempts',
      { maxAttempts: 3 },
      '-',
      { ending: ill('max-attempts'), attempts: 3, elapsed: 4_000 },
    ],
    [
      'the last of max-attempts may be the good one',
      { maxAttempts: 3 },
      '--+',
      { ending: HEALTHY, attempts: 3, elapsed: 4_000 },
    ],
    [
      'deadline',
      { deadline: 5_000 },
      '-',
      { ending: ill('deadline'), attempts: 3, elapsed: 4_000 },
    ],
    [
      'deadline: no attempt begins at it',
      { deadline: 4_000 },
      '-',
      { ending: ill('deadline'), attempts: 2, elapsed: 2_000 },
    ],
    [
      'good, but never for long enough',
      { deadline: 5_000, successThreshold: 5 },
      '+',
      { ending: ill('deadline'), attempts: 3, elapsed: 4_000 },
    ],
    [
      'terminal, even when another attempt would be good',
      {},
      '-!+',
      { ending: ill('terminal'), attempts: 2, elapsed: 2_000 },
    ],
    ['impossible', {}, '-x+', { ending: unknown('impossible'), attempts: 2, elapsed: 2_000 }],
    [
      'never judged',
      { maxAttempts: 3 },
      '?',
      { ending: unknown('not-judged'), attempts: 3, elapsed: 4_000 },
    ],
    [
      'one bad attempt among unknown ones is a verdict',
      { maxAttempts: 3 },
      '?-?',
      { ending: ill('max-attempts'), attempts: 3, elapsed: 4_000 },
    ],
    [
      'relapses of the start-up make it flaky',
      { successThreshold: 2 },
      '-+-++',
      { ending: FLAKY, attempts: 5, elapsed: 8_000 },
    ],
    [
      'stable-for: healthy exactly at the end of the window',
      { stableFor: 5_000 },
      '--+',
      { ending: HEALTHY, attempts: 6, elapsed: 9_000 },
    ],
    [
      'stable-for alone: the first failure ends it',
      { stableFor: 10_000 },
      '-++-+',
      { ending: ill('failure-threshold'), attempts: 4, elapsed: 6_000 },
    ],
    [
      'stable-for alone: what could not be judged is no proof of anything',
      { stableFor: 10_000 },
      '-++?+',
      { ending: unknown('not-judged'), attempts: 4, elapsed: 6_000 },
    ],
    [
      'good at first, then out of sight until the deadline',
      { deadline: 5_000, successThreshold: 5 },
      '+?',
      { ending: unknown('not-judged'), attempts: 3, elapsed: 4_000 },
    ],
    [
      'failure-threshold alone: single failures pass',
      { stableFor: 10_000, failureThreshold: 2 },
      '+-+-+-+',
      { ending: FLAKY, attempts: 7, elapsed: 12_000 },
    ],
    [
      'failure-threshold alone: as many in a row end it',
      { stableFor: 30_000, failureThreshold: 3 },
      '+--+---+',
      { ending: ill('failure-threshold'), attempts: 7, elapsed: 12_000 },
    ],
    [
      'error-budget alone: failures in a row within it pass',
      { stableFor: 20_000, errorBudget: 0.3 },
      '+---+',
      { ending: FLAKY, attempts: 11, elapsed: 20_000 },
    ],
    [
      'error-budget alone: one more ends it',
      { stableFor: 20_000, errorBudget: 0.3 },
      '+-+-+-+-+',
      { ending: ill('error-budget'), attempts: 8, elapsed: 14_000 },
    ],
    [
      'both: the threshold ends it though the budget would do',
      { stableFor: 20_000, errorBudget: 0.5, failureThreshold: 2 },
      '+-+--+',
      { ending: ill('failure-threshold'), attempts: 5, elapsed: 8_000 },
    ],
    [
      'both: the budget ends it though the threshold would do',
      { stableFor: 20_000, errorBudget: 0.2, failureThreshold: 2 },
      '+-+-+-+',
      { ending: ill('error-budget'), attempts: 6, elapsed: 10_000 },
    ],
    [
      'over the window with a failure last: it goes on until it is good',
      { stableFor: 4_000, failureThreshold: 3 },
      '++--+',
      { ending: FLAKY, attempts: 5, elapsed: 8_000 },
    ],
    [
      'over the window with a failure last: it goes on until the threshold',
      { stableFor: 4_000, failureThreshold: 3 },
      '++---',
      { ending: ill('failure-threshold'), attempts: 5, elapsed: 8_000 },
    ],
    [
      'over the window with a failure last: it goes on until the deadline',
      { stableFor: 4_000, failureThreshold: 9, deadline: 9_000 },
      '++---',
      { ending: ill('deadline'), attempts: 5, elapsed: 8_000 },
    ],
    [
      'at the end of the window it is as well as it had to be at its beginning',
      { stableFor: 6_000, successThreshold: 2, failureThreshold: 2 },
      '++++-+++',
      { ending: FLAKY, attempts: 7, elapsed: 12_000 },
    ],
    [
      'max-attempts within the stable phase',
      { stableFor: 60_000, maxAttempts: 4 },
      '+',
      { ending: ill('max-attempts'), attempts: 4, elapsed: 6_000 },
    ],
    [
      'failures of the start-up do not touch the budget',
      { stableFor: 20_000, errorBudget: 0.1 },
      `${'-'.repeat(20)}+-+`,
      { ending: FLAKY, attempts: 31, elapsed: 60_000 },
    ],
  ],
)('%s', (_, policy, script, { ending, attempts, elapsed }) => {
  const run = play(policy, spell(script));
  expect(run.ending).toEqual(ending);
  expect(run.states).toHaveLength(attempts);
  expect(run.elapsed).toBe(elapsed);
});

test('flapping ends as soon as the budget cannot be kept any more, and not before', () => {
  // 30 s at 2 s are 15 attempts after the first; 10 % of them is one.
  const policy = { stableFor: 30_000, errorBudget: 0.1 };
  expect(play(policy, spell('+-+')).ending).toEqual(FLAKY);
  const second = play(policy, spell('+-+-+'));
  expect(second.ending).toEqual(ill('error-budget'));
  expect(second.states).toHaveLength(4);
});

test('a slow failure does not make the rest of the window look short', () => {
  // It took 12 of 30 s, so that the pace so far promises 2 attempts; there is time for 11 more.
  const slow = (attempt: number) => (attempt === 1 ? 10_000 : 0);
  const run = play({ stableFor: 30_000, errorBudget: 0.1 }, spell('+-+'), slow);
  expect(run.ending).toEqual(FLAKY);
  expect(run.progress).toMatchObject({ stableAttempts: 10, stableFailures: 1 });
});

test('without a pause nothing is certain before the window is over', () => {
  const run = play(
    { stableFor: 100, errorBudget: 0.1, interval: 0, jitter: 0 },
    spell(`+${'-'.repeat(5)}+`),
    1,
  );
  expect(run.ending).toEqual(FLAKY);
  expect(run.progress).toMatchObject({ stableAttempts: 100, stableFailures: 5 });
});

test('what jitter may yet make of the window is not certain before it is over', () => {
  const policy = { stableFor: 20_000, errorBudget: 0.06, jitter: 0.5 };
  let turn = 0;
  // From the failure on, the pauses are as short as they can be: 18 more attempts, not 9.
  const { ending, progress } = play(policy, spell('+-+'), 0, () => (turn++ === 0 ? 0.5 : 0));
  expect(ending).toEqual(FLAKY);
  expect(progress).toMatchObject({ stableAttempts: 19, stableFailures: 1 });
});

test('the attempt at the end of the window counts as well', () => {
  const { ending, progress } = play({ stableFor: 5_000, errorBudget: 1 / 3 }, spell('+-+'));
  expect(ending).toEqual(FLAKY);
  expect(progress).toMatchObject({ stableAttempts: 3, stableFailures: 1 });
});

test('29 % of 100 attempts are 29', () => {
  const policy = { stableFor: 200_000, errorBudget: 0.29, deadline: 500_000 };
  expect(play(policy, spell(`+${'-'.repeat(29)}+`)).ending).toEqual(FLAKY);
  expect(play(policy, spell(`+${'-'.repeat(30)}+`)).ending).toEqual(ill('error-budget'));
});

test('attempts that max-attempts forbids cannot mend a budget', () => {
  const run = play({ stableFor: 30_000, errorBudget: 0.1, maxAttempts: 6 }, spell('+-+'));
  expect(run.ending).toEqual(ill('error-budget'));
  expect(run.states).toHaveLength(2);
});

test('exponential doubles after each failure of the start-up, up to max-interval', () => {
  const policy = { backoff: 'exponential', maxInterval: 10_000, successThreshold: 2 } as const;
  expect(play(policy, spell('-----+-++')).waits).toEqual([
    2_000, 4_000, 8_000, 10_000, 10_000, 2_000, 2_000, 2_000,
  ]);
});

test('exponential leaves the stable phase alone', () => {
  const policy = { backoff: 'exponential', stableFor: 8_000, failureThreshold: 4 } as const;
  expect(play(policy, spell('+--+')).waits).toEqual([2_000, 2_000, 2_000, 2_000]);
});

test('exponential never makes the pause shorter', () => {
  const policy = { backoff: 'exponential', interval: 40_000, deadline: 1_000_000 } as const;
  expect(play(policy, spell('---+')).waits).toEqual([40_000, 40_000, 40_000]);
});

test('exponential without an interval ends by the deadline, however often it failed', () => {
  const run = play({ backoff: 'exponential', interval: 0, deadline: 3_000 }, spell('-'), 1);
  expect(run.ending).toEqual(ill('deadline'));
  expect(run.states).toHaveLength(3_000);
});

test.each([
  [0, 1_000],
  [0.5, 2_000],
  [1, 3_000],
])('jitter of a half: chance %d waits %d ms', (random, wait) => {
  expect(play({ jitter: 0.5 }, spell('-+'), 0, () => random).waits).toEqual([wait]);
});

test('the time to healthy does not move when a failure is tolerated later', () => {
  const policy = { stableFor: 20_000, failureThreshold: 2, successThreshold: 2 };
  const { progress } = play(policy, spell('--++++-++'));
  expect(progress).toMatchObject({ goodSince: 4_000, stableSince: 6_000 });
  expect(play({ successThreshold: 2 }, spell('+-++')).progress.goodSince).toBe(4_000);
});

test.each<[Partial<Policy>, RegExp | undefined]>([
  [{}, undefined],
  [{ stableFor: 119_999 }, undefined],
  [{ stableFor: 120_000 }, /^is not longer than stable-for/],
  [{ maxAttempts: 2, successThreshold: 3 }, /^is less than success-threshold/],
  [{ maxAttempts: 3, successThreshold: 3 }, undefined],
])('a policy that nothing could satisfy is told: %o', (policy, problem) => {
  const told = contradiction({ ...DEFAULT_POLICY, ...policy });
  if (problem === undefined) expect(told).toBeUndefined();
  else expect(told?.problem).toMatch(problem);
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

const POLICIES = fc.record<Policy>({
  timeout: fc.integer({ min: 1, max: 2_000 }),
  deadline: fc.integer({ min: 1, max: 20_000 }),
  interval: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3_000 })),
  backoff: fc.constantFrom('constant', 'exponential'),
  maxInterval: fc.integer({ min: 1, max: 4_000 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  initialDelay: fc.constant(0),
  maxAttempts: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })),
  successThreshold: fc.integer({ min: 1, max: 5 }),
  failureThreshold: fc.integer({ min: 1, max: 5 }),
  stableFor: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20_000 })),
  errorBudget: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
});

test('whatever the policy and whatever happens, it ends as it has to', () => {
  fc.assert(
    fc.property(
      POLICIES,
      STATES,
      fc.array(fc.integer({ min: 1, max: 2_500 }), { minLength: 1, maxLength: 20 }),
      // Chance is never exactly 0 here: with a jitter of 100 % that would be no pause at all.
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      (policy, script, durations, chance) => {
        const took = (attempt: number) => durations[attempt % durations.length] ?? 1;
        const { ending, states, waits, elapsed, progress } = play(
          policy,
          script,
          took,
          () => chance,
        );

        // An attempt is given 1 ms at least.
        expect(elapsed).toBeLessThan(policy.deadline + 1);
        if (policy.maxAttempts > 0) expect(states.length).toBeLessThanOrEqual(policy.maxAttempts);
        for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(0);
        if (policy.interval > 0) for (const wait of waits) expect(wait).toBeGreaterThan(0);
        if (ending.state === 'healthy') {
          const last = states.slice(-policy.successThreshold);
          expect(last).toEqual(Array(policy.successThreshold).fill('healthy'));
          expect(ending.flaky).toBe(
            states.slice(states.indexOf('healthy')).some((s) => s !== 'healthy'),
          );
          const well = elapsed - (progress.stableSince ?? 0);
          expect(well).toBeGreaterThanOrEqual(policy.stableFor);
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

test('the budget ends it only where no rest of the window could have kept it', () => {
  fc.assert(
    fc.property(POLICIES, STATES, fc.integer({ min: 1, max: 2_000 }), (given, script, took) => {
      const policy = { ...given, errorBudget: Math.max(given.errorBudget, 0.05), maxAttempts: 0 };
      const run = play(policy, script, took);
      if (run.ending.state !== 'unhealthy' || run.ending.why !== 'error-budget') return;
      // From here on all is good, takes no time and comes as soon as it may.
      let decisions = 0;
      const rest = play(
        { ...policy, failureThreshold: 10_000, deadline: 2 ** 31 },
        [...run.states, 'healthy'],
        (attempt) => (attempt < run.states.length ? took : 0.1),
        () => (++decisions < run.states.length ? 0.5 : 0.001),
      );
      expect(rest.ending).toEqual(ill('error-budget'));
    }),
  );
});
