import type { JudgedAttempt } from '@repo/checks/judge';
import { expect, test } from 'vitest';
import { addAttempt, newJournal } from './attempt-log.ts';

const GOOD: JudgedAttempt = {
  state: 'healthy',
  reasons: [],
  degraded: [],
  addresses: [],
  phases: { connect: 0.1234567, total: 1.5 },
  evidence: [],
};
const { phases: _, ...SILENT } = {
  ...GOOD,
  state: 'unhealthy' as const,
  reasons: ['refused', 'late'],
};

test('an attempt is kept with when, what, how long and why', () => {
  const journal = newJournal();
  addAttempt(journal, 0.4, GOOD);
  addAttempt(journal, 2_000.6, SILENT);
  expect(journal.records).toEqual([
    { atMs: 0, state: 'healthy', latencyMs: 1.5 },
    { atMs: 2_001, state: 'unhealthy', reason: 'refused; late' },
  ]);
  expect(journal.latencies).toEqual({
    dns: [],
    connect: [0.1234567],
    tls: [],
    firstByte: [],
    total: [1.5],
  });
  expect(journal.last).toBe(SILENT);
  expect(journal.lastFailure).toBe(SILENT);
});

test('a good attempt does not hide the last failure', () => {
  const journal = newJournal();
  addAttempt(journal, 0, SILENT);
  addAttempt(journal, 1, GOOD);
  expect(journal.last).toBe(GOOD);
  expect(journal.lastFailure).toBe(SILENT);
});

test.each([
  ['terminal', 'unhealthy'],
  ['impossible', 'unknown'],
  ['unknown', 'unknown'],
] as const)('%s is kept as %s', (state, kept) => {
  const journal = newJournal();
  addAttempt(journal, 0, { ...SILENT, state });
  expect(journal.records[0]?.state).toBe(kept);
});

test('the latest 500 attempts are kept, the latencies of all', () => {
  const journal = newJournal();
  for (let at = 0; at < 750; at++) addAttempt(journal, at, GOOD);
  expect(journal.records).toHaveLength(500);
  expect(journal.records[0]?.atMs).toBe(250);
  expect(journal.records.at(-1)?.atMs).toBe(749);
  expect(journal.latencies.total).toHaveLength(750);
});
