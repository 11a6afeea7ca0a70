import { joinBlocks } from '@repo/core/summary/markdown';
import { describe, expect, test } from 'vitest';
import type { JournalEvent } from '../journal/event.ts';
import { getProgress } from '../journal/progress.ts';
import { createResult, type ModeResult } from '../mode-result.ts';
import { sha } from '../testing/history.ts';
import { judge } from '../verdict.ts';
import { report } from './report.ts';

const [GOOD, BAD] = [sha('a'), sha('f')];
const INPUTS = { mode: 'rollback', environment: 'production', failAfterRollback: true } as const;
const HOSTILE = '::error::x <img src=x> | `code` @octocat ##[group]';

const EVENTS: readonly JournalEvent[] = [
  {
    event: 'started',
    rollbackId: 'rb-1',
    badRelease: BAD,
    newestDeploy: 'r-1',
    strategies: ['files a'],
    reason: '',
    atMs: 1_000,
  },
  { event: 'safety-snapshot', snapshotId: 'safety-rb-1', reason: '', atMs: 1_100 },
  {
    event: 'attempt-started',
    attempt: 1,
    purpose: 'rollback',
    revision: GOOD,
    tree: '',
    entryId: 'r-0',
    snapshotId: 's-0',
    steps: [{ title: 'files a', step: 'restores 1 file', warnings: [HOSTILE] }],
    skipped: [],
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

const rolledBack = (): ModeResult => {
  const { attempts } = getProgress({ events: EVENTS });
  return createResult({
    result: 'rolled-back',
    message: 'Rolled back from fffffff to aaaaaaa, verified',
    from: BAD,
    to: GOOD,
    entryId: 'r-2',
    snapshotId: 's-0',
    steps: attempts[0]?.plan.steps ?? [],
    skipped: [{ revision: BAD, id: 'r-1', reason: HOSTILE }],
    attempts,
    events: EVENTS,
    recoverMs: 2_500,
    rollbacksInWindow: 1,
  });
};

type ReportInputs = Parameters<typeof report>[2];
const create = (found: ModeResult, inputs: ReportInputs = INPUTS) =>
  report(found, judge(found, inputs), inputs, 10);
const summary = (found: ModeResult) => joinBlocks(create(found).summary);

describe('the summary', () => {
  test('has the result first, then the steps, then the folded details', () => {
    const text = summary(rolledBack());
    const places = [
      '⏪ **Rolled back from fffffff to aaaaaaa, verified.**',
      'Verified after 2.5s',
      'Attempt 1',
      '<summary>Timeline',
      '<summary>1 release skipped',
    ].map((part) => text.indexOf(part));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });

  test('escapes untrusted text', () => {
    const text = summary(rolledBack());
    expect(text).not.toContain('<img');
    expect(text).not.toContain('@octocat');
    expect(text).not.toContain('`code`');
  });
});

test('the outputs have an empty value for an unknown duration', () => {
  expect(create(rolledBack()).outputs).toMatchObject({
    result: 'rolled-back',
    attempts: 1,
    'time-to-recover-ms': 2_500,
    'duration-ms': 10,
  });
  const held = createResult({ result: 'frozen', message: 'production is frozen', remedy: 'Look.' });
  expect(create(held).outputs).toMatchObject({ 'time-to-recover-ms': '', to: '' });
});

test('a plan that is too long omits the skipped releases', () => {
  const many = Array.from({ length: 2_000 }, () => ({
    revision: BAD,
    id: 'x',
    reason: 'y'.repeat(300),
  }));
  const plan = String(create({ ...rolledBack(), skipped: many }).outputs.plan);
  expect(plan.length).toBeLessThan(200_000);
  expect(JSON.parse(plan)).toMatchObject({ to: GOOD, skipped: [] });
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
  const found = createResult({ result, message: 'x' });
  expect(create(found, { ...INPUTS, failAfterRollback }).verdict).toBe(verdict);
});

test('superseded after a change is a failure', () => {
  const found = { ...rolledBack(), result: 'superseded' } as const;
  expect(create(found).verdict).toBe('fail');
});
