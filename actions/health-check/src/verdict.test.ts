import { expect, test } from 'vitest';
import type { CheckResult, Status } from './check.ts';
import { checkResult } from './testing/check-result.ts';
import { judge } from './verdict.ts';

const result = (name: string, status: Status, reason: string): CheckResult => ({
  ...checkResult({ target: 'http://127.0.0.1:8080/' }),
  name,
  status,
  reason,
});

const A = result('a', 'healthy', 'after 1 attempt');
const B = result('b', 'healthy', 'after 4 attempts');
const SLOW = result('slow', 'degraded', 'latency 2s, expected at most 1s (after 1 attempt)');
const UNKNOWN = result('blind', 'unknown', 'cancelled after 1 attempt in 2s');
const UNHEALTHY = result(
  'down',
  'unhealthy',
  'status 503, expected 200-299 (after 2 attempts in 2s, the deadline)',
);

test.each<[readonly CheckResult[], Status, string]>([
  [[], 'unknown', 'No checks'],
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
    '2 of 5 checks are unhealthy: down, status 503, expected 200-299 (after 2 attempts in 2s, the deadline) (and 1 more)',
  ],
])('case %#: the worst status determines the verdict', (results, status, message) => {
  expect(judge(results)).toMatchObject({ status, message });
});
