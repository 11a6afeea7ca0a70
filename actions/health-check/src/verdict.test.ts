import type { JudgedAttempt } from '@repo/checks/judge';
import { expect, test } from 'vitest';
import { addAttempt, newJournal } from './attempt-log.ts';
import type { Check, CheckResult, Status } from './check.ts';
import { BEGIN, type Ending, type Policy, type Progress } from './retry-policy.ts';
import { DEFAULT_POLICY } from './testing/retry-policy.ts';
import { resultOf, sentence, worstStatus } from './verdict.ts';

const POLICY: Policy = { ...DEFAULT_POLICY, deadline: 5_000, stableFor: 30_000 };

const CHECK: Check = {
  name: 'api',
  kind: 'http',
  target: 'http://127.0.0.1:8080/',
  secrets: [],
  policy: POLICY,
  expectations: { expect: [], degraded: [], failWhen: [] },
  reads: new Set(),
  allAddresses: false,
  connections: 1,
  needs: [],
  attempt: async () => [],
};

const GOOD: JudgedAttempt = {
  state: 'healthy',
  reasons: [],
  degraded: [],
  addresses: [{ address: '127.0.0.1', state: 'healthy' }],
  phases: { total: 1.23456 },
  evidence: [],
};

const REFUSED: JudgedAttempt = {
  ...GOOD,
  state: 'unhealthy',
  reasons: ['connection refused by 127.0.0.1:8080'],
  addresses: [{ address: '127.0.0.1', state: 'unhealthy' }],
  evidence: [{ title: 'causes', lines: ['ECONNREFUSED'] }],
};

function end(
  ending: Ending,
  seen: readonly JudgedAttempt[],
  progress: Partial<Progress> = {},
  policy: Partial<Policy> = {},
): CheckResult {
  const journal = newJournal();
  for (const judged of seen) addAttempt(journal, 0, judged);
  return resultOf(
    { ...CHECK, policy: { ...POLICY, ...policy } },
    journal,
    { ...BEGIN, attempts: seen.length, ...progress },
    ending,
    4_000,
  );
}

const SOFT = { ...GOOD, degraded: ['latency 400ms, expected at most 300ms'] };
const THREE = [REFUSED, REFUSED, REFUSED];

test.each<[string, CheckResult, Status, string]>([
  ['healthy', end({ state: 'healthy', flaky: false }, [GOOD]), 'healthy', 'after 1 attempt'],
  [
    'healthy later',
    end({ state: 'healthy', flaky: false }, [...THREE, GOOD]),
    'healthy',
    'after 4 attempts',
  ],
  [
    'slow',
    end({ state: 'healthy', flaky: false }, [SOFT]),
    'degraded',
    'latency 400ms, expected at most 300ms (after 1 attempt)',
  ],
  [
    'slow, but not at the end',
    end({ state: 'healthy', flaky: false }, [SOFT, GOOD]),
    'healthy',
    'after 2 attempts',
  ],
  [
    'flaky',
    end({ state: 'healthy', flaky: true }, [GOOD, REFUSED, GOOD], { relapses: 1 }),
    'degraded',
    'flaky: 1 of 3 attempts failed after the first good one (after 3 attempts)',
  ],
  [
    'deadline',
    end({ state: 'unhealthy', why: 'deadline' }, THREE, { failing: 3 }),
    'unhealthy',
    'connection refused by 127.0.0.1:8080 (after 3 attempts in 4s, the deadline)',
  ],
  [
    'max-attempts',
    end({ state: 'unhealthy', why: 'max-attempts' }, [REFUSED], { failing: 1 }),
    'unhealthy',
    'connection refused by 127.0.0.1:8080 (after 1 attempt in 4s, the most allowed)',
  ],
  [
    'well, but not often enough',
    end(
      { state: 'unhealthy', why: 'deadline' },
      [...THREE, GOOD],
      { streak: 1 },
      { successThreshold: 3 },
    ),
    'unhealthy',
    'well, but with 1 of 3 good attempts in a row (after 4 attempts in 4s, the deadline)',
  ],
  [
    'well, but not for long enough',
    end({ state: 'unhealthy', why: 'max-attempts' }, [REFUSED, GOOD], {
      streak: 1,
      stableSince: 2,
    }),
    'unhealthy',
    'well, but not yet for 30s (after 2 attempts in 4s, the most allowed)',
  ],
  [
    'terminal',
    end({ state: 'unhealthy', why: 'terminal' }, [
      REFUSED,
      { ...REFUSED, state: 'terminal', reasons: ["fail-when is met: json.status == 'failed'"] },
    ]),
    'unhealthy',
    "fail-when is met: json.status == 'failed' (after 2 attempts)",
  ],
  [
    'failure-threshold',
    end({ state: 'unhealthy', why: 'failure-threshold' }, [GOOD, REFUSED], { failing: 1 }),
    'unhealthy',
    'connection refused by 127.0.0.1:8080 (after 2 attempts in 4s), within the 30s that it had to stay well',
  ],
  [
    'error-budget counts the stable phase alone, and tells the last failure though a good one came after',
    end({ state: 'unhealthy', why: 'error-budget' }, [...THREE, GOOD, REFUSED, REFUSED, GOOD], {
      bad: 5,
      stableAttempts: 3,
      stableFailures: 2,
    }),
    'unhealthy',
    '2 of 3 attempts failed within the 30s that it had to stay well, more than the error budget; last: connection refused by 127.0.0.1:8080',
  ],
  [
    'impossible',
    end({ state: 'unknown', why: 'impossible' }, [
      { ...REFUSED, state: 'impossible', reasons: ['169.254.1.1 is a link-local address'] },
    ]),
    'unknown',
    '169.254.1.1 is a link-local address',
  ],
  [
    'not judged',
    end({ state: 'unknown', why: 'not-judged' }, [
      { ...REFUSED, state: 'unknown', reasons: ['no name server answered for shop.example'] },
    ]),
    'unknown',
    'no name server answered for shop.example (after 1 attempt in 4s)',
  ],
  [
    'cancelled',
    end({ state: 'unknown', why: 'cancelled' }, THREE),
    'unknown',
    'cancelled after 3 attempts in 4s',
  ],
  [
    'cancelled at once',
    end({ state: 'unknown', why: 'cancelled' }, []),
    'unknown',
    'cancelled before the first attempt',
  ],
])('%s', (_, { status, reason }, wanted, why) => {
  expect(reason).toBe(why);
  expect(status).toBe(wanted);
});

test('several reasons are told together', () => {
  const both = { ...REFUSED, reasons: ['status 500, expected 200-299', 'the body is not JSON'] };
  expect(end({ state: 'unhealthy', why: 'terminal' }, [both]).reason).toBe(
    'status 500, expected 200-299; the body is not JSON (after 1 attempt)',
  );
});

test('the result holds what was seen', () => {
  const result = end({ state: 'unhealthy', why: 'deadline' }, [GOOD, REFUSED], {
    bad: 1,
    failing: 1,
  });
  expect(result).toMatchObject({
    name: 'api',
    kind: 'http',
    target: 'http://127.0.0.1:8080/',
    attempts: 2,
    failedAttempts: 1,
    durationMs: 4_000,
    addresses: [{ address: '127.0.0.1', state: 'unhealthy' }],
    latency: { total: { p50: 1.235, p95: 1.235, max: 1.235 } },
    evidence: [{ title: 'causes', lines: ['ECONNREFUSED'] }],
  });
  expect(result.history.map(({ state }) => state)).toEqual(['healthy', 'unhealthy']);
  expect(result).not.toHaveProperty('timeToHealthyMs');
});

test('only the healthy and the degraded have a time to healthy; the healthy need no evidence', () => {
  const seen = [REFUSED, GOOD];
  const healthy = end({ state: 'healthy', flaky: false }, seen, { goodSince: 2_000.4 });
  expect(healthy).toMatchObject({ timeToHealthyMs: 2_000, evidence: [] });
  const flaky = end({ state: 'healthy', flaky: true }, seen, { goodSince: 2_000, relapses: 1 });
  expect(flaky).toMatchObject({ timeToHealthyMs: 2_000, evidence: REFUSED.evidence });
});

const result = (name: string, status: Status, reason: string): CheckResult => ({
  ...end({ state: 'healthy', flaky: false }, [GOOD]),
  name,
  status,
  reason,
});

const A = result('a', 'healthy', 'after 1 attempt');
const B = result('b', 'healthy', 'after 4 attempts');
const SLOW = result('slow', 'degraded', 'latency 2s, expected at most 1s (after 1 attempt)');
const UNKNOWN = result('blind', 'unknown', 'cancelled after 1 attempt in 2s');
const UNHEALTHY = result(
  'ill',
  'unhealthy',
  'status 503, expected 200-299 (after 2 attempts in 2s, the deadline)',
);

test.each<[readonly CheckResult[], Status, string]>([
  [[], 'unknown', 'There was nothing to check.'],
  [[A], 'healthy', 'http://127.0.0.1:8080/ is healthy, after 1 attempt'],
  [
    [UNHEALTHY],
    'unhealthy',
    'http://127.0.0.1:8080/ is unhealthy, status 503, expected 200-299 (after 2 attempts in 2s, the deadline)',
  ],
  [[A, B], 'healthy', 'All 2 checks are healthy'],
  [
    [A, SLOW],
    'degraded',
    '1 of 2 checks is degraded: slow, latency 2s, expected at most 1s (after 1 attempt)',
  ],
  [
    [A, SLOW, UNKNOWN],
    'unknown',
    '1 of 3 checks is unknown: blind, cancelled after 1 attempt in 2s',
  ],
  [
    [A, SLOW, UNKNOWN, UNHEALTHY, UNHEALTHY],
    'unhealthy',
    '2 of 5 checks are unhealthy: ill, status 503, expected 200-299 (after 2 attempts in 2s, the deadline) (and 1 more)',
  ],
])('the worst of %# is told in one sentence', (results, status, told) => {
  expect(worstStatus(results)).toBe(status);
  expect(sentence(results)).toBe(told);
});
