import { describe, expect, test } from 'vitest';
import { situationOf } from './situation.ts';
import { history, type Line, NOW, sha } from './testing/history.ts';

const [A, B, C, BAD] = [sha('a'), sha('b'), sha('c'), sha('f')];
const GOOD: Line = { revision: A, state: 'good' };
const FAILING: Line = { revision: BAD, state: 'unfinished' };

function judge(lines: readonly Line[], asked: Partial<Parameters<typeof situationOf>[1]> = {}) {
  return situationOf(history(...lines), {
    badRelease: BAD,
    wanted: { kind: 'auto' },
    mayHaveBegun: true,
    maxRollbacks: { most: 1, window: 3_600_000 },
    nowMs: NOW,
    ...asked,
  });
}

describe('whether there is anything to roll back', () => {
  test.each<[string, readonly Line[], string]>([
    ['the one that failed is the latest', [GOOD, FAILING], 'go'],
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

  test('a release that a freeze held back never ran, and nothing is brought back for it', () => {
    const frozen = { ...history(GOOD), hold: { reason: 'bad', sinceMs: NOW } };
    const asked = {
      badRelease: BAD,
      wanted: { kind: 'auto' },
      mayHaveBegun: true,
      maxRollbacks: { most: 1, window: 3_600_000 },
      nowMs: NOW,
    } as const;
    expect(situationOf(frozen, asked)).toMatchObject({ kind: 'noop', runs: A });
    expect(situationOf(frozen, { ...asked, badRelease: A }).kind).toBe('go');
    // Who names a release has looked.
    const named = { ...asked, wanted: { kind: 'named', name: A } } as const;
    expect(situationOf(frozen, named).kind).toBe('go');
  });

  test('one that never began is not rolled back, unless somebody names the target', () => {
    const asked = { mayHaveBegun: false };
    expect(judge([GOOD], asked)).toEqual({
      kind: 'no-target',
      why: 'no deploy of fffffff has begun, for no snapshot was taken before it; nothing was touched',
    });
    const wanted = { kind: 'named', name: A } as const;
    expect(judge([GOOD], { ...asked, wanted }).kind).toBe('go');
  });

  test('superseded says by whom', () => {
    expect(judge([GOOD, FAILING, { revision: B, state: 'good' }])).toEqual({
      kind: 'superseded',
      why: 'bbbbbbb has been deployed after fffffff',
      by: B,
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
    ['one that failed counts as well', [GOOD, rolledBack(59, 'failed'), FAILING], 1, 'loop-guard'],
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

  test('a rollback is not rolled back, however long ago it was', () => {
    const lines: readonly Line[] = [
      { revision: B, state: 'good' },
      { revision: A, state: 'good' },
      { revision: C, state: 'bad' },
      { revision: A, state: 'good', from: C, minutesAgo: 10_000 },
    ];
    expect(judge(lines, { badRelease: A, ...limit(5) })).toEqual({
      kind: 'loop-guard',
      why: 'aaaaaaa came by a rollback itself, and a rollback is not rolled back',
    });
  });

  test('who names a target is not held back', () => {
    const wanted = { kind: 'named', name: A } as const;
    expect(judge([GOOD, rolledBack(1), FAILING], { wanted }).kind).toBe('go');
    expect(judge([GOOD, FAILING, { revision: B, state: 'good' }], { wanted }).kind).toBe(
      'superseded',
    );
  });
});
