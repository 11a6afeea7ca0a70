import { joinBlocks } from '@repo/core/summary/markdown';
import { describe, expect, test } from 'vitest';
import { type Finding, finding } from './finding.ts';
import type { JournalEvent } from './journal/event.ts';
import { progressOf } from './journal/progress.ts';
import { report } from './report.ts';
import { sha } from './testing/history.ts';

const [GOOD, BAD] = [sha('a'), sha('f')];
const INPUTS = { mode: 'rollback', environment: 'production', failAfterRollback: true } as const;
const HOSTILE = '::error::x <img src=x> | `code` @octocat ##[group]';

const EVENTS: readonly JournalEvent[] = [
  {
    event: 'begun',
    rollbackId: 'rb-1',
    badRelease: BAD,
    newestDeploy: 'r-1',
    strategies: ['files a'],
    reason: '',
    atMs: 1_000,
  },
  { event: 'safety', snapshotId: 'safety-rb-1', why: '', atMs: 1_100 },
  {
    event: 'attempt',
    attempt: 1,
    purpose: 'rollback',
    revision: GOOD,
    content: '',
    entryId: 'r-0',
    snapshotId: 's-0',
    steps: [{ title: 'files a', step: 'puts back 1 file', warnings: [HOSTILE] }],
    passedOver: [],
    atMs: 1_200,
  },
  { event: 'applying', attempt: 1, round: 1, title: 'files a', atMs: 1_300 },
  { event: 'applied', attempt: 1, round: 1, title: 'files a', done: HOSTILE, atMs: 1_400 },
  {
    event: 'verified',
    attempt: 1,
    round: 1,
    checks: [{ title: 'http', ok: true, found: HOSTILE, attempts: 2 }],
    atMs: 3_500,
  },
];

const rolledBack = (): Finding => {
  const { attempts } = progressOf({ events: EVENTS });
  return finding({
    result: 'rolled-back',
    message: 'Rolled back from fffffff to aaaaaaa, verified',
    from: BAD,
    to: GOOD,
    entryId: 'r-2',
    snapshotId: 's-0',
    steps: attempts[0]?.about.steps ?? [],
    passedOver: [{ revision: BAD, id: 'r-1', why: HOSTILE }],
    attempts,
    events: EVENTS,
    recoverMs: 2_500,
    rollbacksInWindow: 1,
  });
};

const summary = (found: Finding) => joinBlocks(report(found, INPUTS, 10).summary);

describe('the summary', () => {
  test('has the answer first, then the steps, then the evidence folded', () => {
    const text = summary(rolledBack());
    const places = [
      '⏪ **Rolled back from fffffff to aaaaaaa, verified.**',
      'Verified after 2.5s',
      'Attempt 1',
      '<summary>Timeline',
      '<summary>1 passed over',
    ].map((part) => text.indexOf(part));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });

  test('lets nothing from outside be more than text', () => {
    const text = summary(rolledBack());
    expect(text).not.toContain('<img');
    expect(text).not.toContain('@octocat');
    expect(text).not.toContain('`code`');
  });
});

test('the outputs are those of action.yml, an unknown time empty', () => {
  expect(report(rolledBack(), INPUTS, 10).outputs).toMatchObject({
    result: 'rolled-back',
    attempts: 1,
    'time-to-recover-ms': 2_500,
    'duration-ms': 10,
  });
  const held = finding({ result: 'frozen', message: 'production is frozen', remedy: 'Look.' });
  expect(report(held, INPUTS, 10).outputs).toMatchObject({ 'time-to-recover-ms': '', to: '' });
});

test('a plan that is too long for an output loses what was passed over', () => {
  const many = Array.from({ length: 2_000 }, () => ({
    revision: BAD,
    id: 'x',
    why: 'y'.repeat(300),
  }));
  const plan = String(report({ ...rolledBack(), passedOver: many }, INPUTS, 10).outputs.plan);
  expect(plan.length).toBeLessThan(200_000);
  expect(JSON.parse(plan)).toMatchObject({ to: GOOD, passedOver: [] });
});

test.each([
  ['rolled-back', true, 'fail'],
  ['rolled-back', false, 'warn'],
  ['superseded', true, 'warn'],
  ['noop', true, 'pass'],
  ['dry-run', true, 'pass'],
  ['done', true, 'pass'],
  ['no-target', true, 'fail'],
  ['loop-guard', true, 'fail'],
  ['locked', true, 'fail'],
  ['frozen', true, 'fail'],
  ['failed', true, 'fail'],
] as const)('%s (fail-after-rollback: %s) is %s', (result, failAfterRollback, verdict) => {
  const found = finding({ result, message: 'x' });
  expect(report(found, { ...INPUTS, failAfterRollback }, 1).verdict).toBe(verdict);
});

test('superseded in the middle is a failure: something is half done', () => {
  const found = { ...rolledBack(), result: 'superseded' } as const;
  expect(report(found, INPUTS, 1).verdict).toBe('fail');
});
