import type { JudgedAttempt } from '@repo/checks/judge';
import { expect, test } from 'vitest';
import { createAttemptLog, logAttempt } from './attempt-log.ts';
import type { Check, CheckResult, Status } from './check.ts';
import { createCheckResult } from './check-result.ts';
import { type Ending, INITIAL_PROGRESS, type Progress, type RetryPolicy } from './retry-policy.ts';
import { DEFAULT_POLICY } from './testing/retry-policy.ts';

const POLICY: RetryPolicy = { ...DEFAULT_POLICY, deadlineMs: 5_000, stableForMs: 30_000 };

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
  policy: Partial<RetryPolicy> = {},
): CheckResult {
  const attemptLog = createAttemptLog();
  for (const judged of seen) logAttempt(attemptLog, 0, judged);
  return createCheckResult(
    { ...CHECK, policy: { ...POLICY, ...policy } },
    attemptLog,
    { ...INITIAL_PROGRESS, attempts: seen.length, ...progress },
    ending,
    4_000,
  );
}

const SOFT = { ...GOOD, degraded: ['latency 400ms, expected at most 300ms'] };
const THREE = [REFUSED, REFUSED, REFUSED];

test.each<[string, CheckResult, Status, string]>([
  ['healthy', end({ state: 'healthy', flaky: false }, [GOOD]), 'healthy', 'after 1 attempt'],
  [
    'healthy after failures',
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
    'flaky: 1 of 3 attempts failed after the first healthy one (after 3 attempts)',
  ],
  [
    'deadline',
    end({ state: 'unhealthy', cause: 'deadline' }, THREE, { failureStreak: 3 }),
    'unhealthy',
    'connection refused by 127.0.0.1:8080 (after 3 attempts in 4s, the deadline)',
  ],
  [
    'max-attempts',
    end({ state: 'unhealthy', cause: 'max-attempts' }, [REFUSED], { failureStreak: 1 }),
    'unhealthy',
    'connection refused by 127.0.0.1:8080 (after 1 attempt in 4s, max-attempts)',
  ],
  [
    'healthy, but not often enough',
    end(
      { state: 'unhealthy', cause: 'deadline' },
      [...THREE, GOOD],
      { healthyStreak: 1 },
      { successThreshold: 3 },
    ),
    'unhealthy',
    'only 1 of 3 required healthy attempts in a row (after 4 attempts in 4s, the deadline)',
  ],
  [
    'healthy, but not for long enough',
    end({ state: 'unhealthy', cause: 'max-attempts' }, [REFUSED, GOOD], {
      healthyStreak: 1,
      stableSinceMs: 2,
    }),
    'unhealthy',
    'not yet healthy for 30s (after 2 attempts in 4s, max-attempts)',
  ],
  [
    'terminal',
    end({ state: 'unhealthy', cause: 'terminal' }, [
      REFUSED,
      { ...REFUSED, state: 'terminal', reasons: ["fail-when is met: json.status == 'failed'"] },
    ]),
    'unhealthy',
    "fail-when is met: json.status == 'failed' (after 2 attempts)",
  ],
  [
    'failure-threshold',
    end({ state: 'unhealthy', cause: 'failure-threshold' }, [GOOD, REFUSED], { failureStreak: 1 }),
    'unhealthy',
    'connection refused by 127.0.0.1:8080 (after 2 attempts in 4s) during stable-for (30s)',
  ],
  [
    'error-budget counts only the stable phase and reports its last failure',
    end({ state: 'unhealthy', cause: 'error-budget' }, [...THREE, GOOD, REFUSED, REFUSED, GOOD], {
      unhealthy: 5,
      stableAttempts: 3,
      stableFailures: 2,
    }),
    'unhealthy',
    '2 of 3 attempts failed during stable-for (30s), more than the error budget; last: connection refused by 127.0.0.1:8080',
  ],
  [
    'impossible',
    end({ state: 'unknown', cause: 'impossible' }, [
      { ...REFUSED, state: 'impossible', reasons: ['169.254.1.1 is a link-local address'] },
    ]),
    'unknown',
    '169.254.1.1 is a link-local address',
  ],
  [
    'never judged',
    end({ state: 'unknown', cause: 'not-judged' }, [
      { ...REFUSED, state: 'unknown', reasons: ['the DNS lookup of shop.example timed out'] },
    ]),
    'unknown',
    'the DNS lookup of shop.example timed out (after 1 attempt in 4s)',
  ],
  [
    'cancelled',
    end({ state: 'unknown', cause: 'cancelled' }, THREE),
    'unknown',
    'cancelled after 3 attempts in 4s',
  ],
  [
    'cancelled before the first attempt',
    end({ state: 'unknown', cause: 'cancelled' }, []),
    'unknown',
    'cancelled before the first attempt',
  ],
])('%s', (_, { status, reason }, expectedStatus, expectedReason) => {
  expect(reason).toBe(expectedReason);
  expect(status).toBe(expectedStatus);
});

test('joins several reasons', () => {
  const both = { ...REFUSED, reasons: ['status 500, expected 200-299', 'the body is not JSON'] };
  expect(end({ state: 'unhealthy', cause: 'terminal' }, [both]).reason).toBe(
    'status 500, expected 200-299; the body is not JSON (after 1 attempt)',
  );
});

test('the result contains the attempts', () => {
  const result = end({ state: 'unhealthy', cause: 'deadline' }, [GOOD, REFUSED], {
    unhealthy: 1,
    failureStreak: 1,
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

test('healthy and degraded results have a time to healthy; healthy results have no evidence', () => {
  const seen = [REFUSED, GOOD];
  const healthy = end({ state: 'healthy', flaky: false }, seen, { healthySinceMs: 2_000.4 });
  expect(healthy).toMatchObject({ timeToHealthyMs: 2_000, evidence: [] });
  const flaky = end({ state: 'healthy', flaky: true }, seen, {
    healthySinceMs: 2_000,
    relapses: 1,
  });
  expect(flaky).toMatchObject({ timeToHealthyMs: 2_000, evidence: REFUSED.evidence });
});
