import { describe, expect, test } from 'vitest';
import { history, type Line, NOW, sha } from '../testing/history.ts';
import { checkHistory } from './precheck.ts';

const [A, B, C, BAD] = [sha('a'), sha('b'), sha('c'), sha('f')];
const GOOD: Line = { revision: A, state: 'good' };
const FAILING: Line = { revision: BAD, state: 'unfinished' };

function judge(lines: readonly Line[], asked: Partial<Parameters<typeof checkHistory>[1]> = {}) {
  return checkHistory(history(...lines), {
    badRelease: BAD,
    target: { kind: 'auto' },
    mayHaveStarted: true,
    maxRollbacks: { most: 1, window: 3_600_000 },
    nowMs: NOW,
    ...asked,
  });
}

describe('whether a rollback may start', () => {
  test.each<[string, readonly Line[], string]>([
    ['the bad release is the newest', [GOOD, FAILING], 'go'],
    ['it is not in the ledger', [GOOD], 'go'],
    ['the ledger is empty', [], 'go'],
    [
      'a newer deploy is unfinished',
      [GOOD, FAILING, { revision: B, state: 'unfinished' }],
      'superseded',
    ],
    ['a newer deploy is good', [GOOD, FAILING, { revision: B, state: 'good' }], 'superseded'],
    ['a newer deploy is bad too', [GOOD, FAILING, { revision: B, state: 'bad' }], 'superseded'],
    ['the same release was deployed again', [GOOD, FAILING, FAILING], 'go'],
    [
      'it was rolled back already',
      [GOOD, FAILING, { revision: A, state: 'good', from: BAD }],
      'noop',
    ],
    [
      'it was rolled back, and deployed again since',
      [GOOD, FAILING, { revision: A, state: 'good', from: BAD }, FAILING],
      'go',
    ],
    [
      'its rollback failed, a day ago',
      [GOOD, FAILING, { revision: A, state: 'failed', from: BAD }],
      'go',
    ],
  ])('%s', (_, lines, kind) => {
    expect(judge(lines).kind).toBe(kind);
  });

  test('does nothing for a release that a freeze has blocked', () => {
    const frozen = { ...history(GOOD), freeze: { reason: 'bad', sinceMs: NOW } };
    const asked = {
      badRelease: BAD,
      target: { kind: 'auto' },
      mayHaveStarted: true,
      maxRollbacks: { most: 1, window: 3_600_000 },
      nowMs: NOW,
    } as const;
    expect(checkHistory(frozen, asked)).toMatchObject({ kind: 'noop', to: A });
    expect(checkHistory(frozen, { ...asked, badRelease: A }).kind).toBe('go');
    // An explicit target ignores the freeze.
    const named = { ...asked, target: { kind: 'named', name: A } } as const;
    expect(checkHistory(frozen, named).kind).toBe('go');
  });

  test('does not roll back a deploy that never started, except to an explicit target', () => {
    const asked = { mayHaveStarted: false };
    expect(judge([GOOD], asked)).toEqual({
      kind: 'no-target',
      reason:
        'the deploy of fffffff never started, because no snapshot precedes it; nothing was changed',
    });
    const target = { kind: 'named', name: A } as const;
    expect(judge([GOOD], { ...asked, target }).kind).toBe('go');
  });

  test('names the release that supersedes the bad release', () => {
    expect(judge([GOOD, FAILING, { revision: B, state: 'good' }])).toEqual({
      kind: 'superseded',
      reason: 'bbbbbbb was deployed after fffffff',
      to: B,
    });
  });
});

describe('the loop guard', () => {
  const rolledBack = (minutesAgo: number, state: 'good' | 'failed' = 'good'): Line => ({
    revision: A,
    state,
    from: C,
    minutesAgo,
  });
  const limit = (most: number) => ({ maxRollbacks: { most, window: 3_600_000 } });

  test.each<[string, readonly Line[], number, string]>([
    ['none in the window', [GOOD, rolledBack(61), FAILING], 1, 'go'],
    ['one in the window, one allowed', [GOOD, rolledBack(59), FAILING], 1, 'loop-guard'],
    ['a failed rollback counts too', [GOOD, rolledBack(59, 'failed'), FAILING], 1, 'loop-guard'],
    ['one in the window, two allowed', [GOOD, rolledBack(59), FAILING], 2, 'go'],
    [
      'two in the window, two allowed',
      [GOOD, rolledBack(50), rolledBack(40), FAILING],
      2,
      'loop-guard',
    ],
  ])('%s', (_, lines, most, kind) => {
    expect(judge(lines, limit(most)).kind).toBe(kind);
  });

  test('does not roll back a rollback', () => {
    const lines: readonly Line[] = [
      { revision: B, state: 'good' },
      { revision: A, state: 'good' },
      { revision: C, state: 'bad' },
      { revision: A, state: 'good', from: C, minutesAgo: 10_000 },
    ];
    expect(judge(lines, { badRelease: A, ...limit(5) })).toEqual({
      kind: 'loop-guard',
      reason: 'aaaaaaa was restored by a rollback, and a rollback is not rolled back',
    });
  });

  test('is skipped with an explicit target', () => {
    const target = { kind: 'named', name: A } as const;
    expect(judge([GOOD, rolledBack(1), FAILING], { target }).kind).toBe('go');
    expect(judge([GOOD, FAILING, { revision: B, state: 'good' }], { target }).kind).toBe(
      'superseded',
    );
  });
});
