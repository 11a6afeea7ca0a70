import type { JudgedAttempt } from '@repo/checks/judge';
import { expect, test } from 'vitest';
import { createAttemptLog, logAttempt } from './attempt-log.ts';

const HEALTHY: JudgedAttempt = {
  state: 'healthy',
  reasons: [],
  degraded: [],
  addresses: [],
  phases: { connect: 0.1234567, total: 1.5 },
  evidence: [],
};
const { phases: _, ...FAILED } = {
  ...HEALTHY,
  state: 'unhealthy' as const,
  reasons: ['refused', 'late'],
};

test('records time, state, latency and reasons', () => {
  const attemptLog = createAttemptLog();
  logAttempt(attemptLog, 0.4, HEALTHY);
  logAttempt(attemptLog, 2_000.6, FAILED);
  expect(attemptLog.records).toEqual([
    { atMs: 0, state: 'healthy', latencyMs: 1.5 },
    { atMs: 2_001, state: 'unhealthy', reason: 'refused; late' },
  ]);
  expect(attemptLog.latencies).toEqual({
    dns: [],
    connect: [0.1234567],
    tls: [],
    firstByte: [],
    total: [1.5],
  });
  expect(attemptLog.last).toBe(FAILED);
  expect(attemptLog.lastFailure).toBe(FAILED);
});

test('a healthy attempt keeps the last failure', () => {
  const attemptLog = createAttemptLog();
  logAttempt(attemptLog, 0, FAILED);
  logAttempt(attemptLog, 1, HEALTHY);
  expect(attemptLog.last).toBe(HEALTHY);
  expect(attemptLog.lastFailure).toBe(FAILED);
});

test.each([
  ['terminal', 'unhealthy'],
  ['impossible', 'unknown'],
  ['unknown', 'unknown'],
] as const)('records %s as %s', (state, expected) => {
  const attemptLog = createAttemptLog();
  logAttempt(attemptLog, 0, { ...FAILED, state });
  expect(attemptLog.records[0]?.state).toBe(expected);
});

test('keeps the latest 500 attempts and all latencies', () => {
  const attemptLog = createAttemptLog();
  for (let at = 0; at < 750; at++) logAttempt(attemptLog, at, HEALTHY);
  expect(attemptLog.records).toHaveLength(500);
  expect(attemptLog.records[0]?.atMs).toBe(250);
  expect(attemptLog.records.at(-1)?.atMs).toBe(749);
  expect(attemptLog.latencies.total).toHaveLength(750);
});
