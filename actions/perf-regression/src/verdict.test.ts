import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Judged, State } from './compare/judged.ts';
import {
  byInterest,
  type Counts,
  countStates,
  hasNews,
  STATES,
  sentence,
  verdictOf,
} from './verdict.ts';

const row = (state: State, changes: Partial<Judged> = {}): Judged => ({
  ...{ benchmark: 'BenchmarkA', metric: 'time', unit: 'ns', better: 'lower', state },
  ...{ method: 'two-sample', reason: 'past 10%', ...changes },
});
const counts = (changes: Partial<Counts>): Counts => ({ ...countStates([]), ...changes });
const told = (...rows: readonly Judged[]) => sentence(byInterest(rows), countStates(rows));

describe('the verdict', () => {
  test.each<[Partial<Counts>, string, string]>([
    [{ fail: 1, warn: 9, unchanged: 9 }, 'fail', 'fail'],
    [{ warn: 1, missing: 1, unchanged: 9 }, 'warn', 'fail'],
    [{ unknown: 1, unchanged: 9 }, 'unknown', 'unknown'],
    [{ missing: 1, unchanged: 9 }, 'unknown', 'fail'],
    [{ failed: 1, unchanged: 9 }, 'unknown', 'fail'],
    [{ renamed: 1, unchanged: 9 }, 'unknown', 'fail'],
    [{ unchanged: 1 }, 'pass', 'pass'],
    [{ improved: 1, new: 1 }, 'pass', 'pass'],
    [{ new: 3 }, 'unknown', 'unknown'],
    [{ 'not-gated': 3 }, 'unknown', 'unknown'],
    [{}, 'unknown', 'unknown'],
  ])('%o: %s, and with fail-on: missing %s', (given, usual, strict) => {
    expect(verdictOf(counts(given), false)).toBe(usual);
    expect(verdictOf(counts(given), true)).toBe(strict);
  });

  test('nothing that was not judged ever makes a pass', () => {
    const some = fc.record(Object.fromEntries(STATES.map((state) => [state, fc.nat(3)])));
    fc.assert(
      fc.property(some, fc.boolean(), (given, strict) => {
        if (verdictOf(counts(given), strict) !== 'pass') return;
        const { unchanged, improved, new: fresh, 'not-gated': shown, ...others } = counts(given);
        expect(unchanged + improved).toBeGreaterThan(0);
        expect(fresh + shown).toBeGreaterThanOrEqual(0);
        expect(Object.values(others)).toEqual(Object.values(others).map(() => 0));
      }),
    );
  });
});

describe('the sentence', () => {
  test.each<[string, readonly Judged[]]>([
    [
      '1 past the fail threshold, 1 past the warn threshold of 3 judged: B time +50.0 % (past 20%)',
      [
        row('warn'),
        row('fail', { benchmark: 'B', ratio: 1.5, reason: 'past 20%' }),
        row('unchanged'),
      ],
    ],
    ['1 past the warn threshold of 1 judged: BenchmarkA time (past 10%)', [row('warn')]],
    [
      '1 of 2 cannot be told: BenchmarkA time −20.0 % (past 10%); 1 missing',
      [row('unknown', { ratio: 2, adjusted: 0.8 }), row('unchanged'), row('missing')],
    ],
    [
      'None is worse, but 1 failed, 2 missing, 1 renamed',
      [row('failed'), row('missing'), row('missing'), row('renamed'), row('unchanged')],
    ],
    ['There is no baseline yet for the metric', [row('new')]],
    ['There is no baseline yet for the 2 metrics', [row('new'), row('new'), row('not-gated')]],
    [
      'Nothing could be judged: of no metric it is known whether more is better',
      [row('not-gated')],
    ],
    ['The metric is not worse', [row('unchanged'), row('new')]],
    ['None of 2 metrics is worse, 1 better', [row('unchanged'), row('improved')]],
  ])('%s', (expected, rows) => expect(told(...rows)).toBe(expected));
});

test('what matters comes first: the state, then how great the change is, whichever way', () => {
  const rows = [
    row('unchanged', { benchmark: 'same' }),
    row('improved', { benchmark: 'better', ratio: 0.5 }),
    row('fail', { benchmark: 'little', ratio: 1.2 }),
    row('fail', { benchmark: 'half', ratio: 0.5 }),
    row('fail', { benchmark: 'from zero', ratio: 0 }),
    row('fail', { benchmark: 'much', ratio: 1.1, adjusted: 3 }),
    row('warn', { benchmark: 'warn', ratio: 9 }),
  ];
  expect(byInterest(rows).map(({ benchmark }) => benchmark)).toEqual([
    ...['much', 'half', 'little', 'from zero'],
    ...['warn', 'better', 'same'],
  ]);
});

test.each<[State, boolean]>([
  ['unchanged', false],
  ['not-gated', false],
  ['new', true],
  ['improved', true],
  ['missing', true],
])('%s is news: %s', (state, expected) => {
  expect(hasNews([row('unchanged'), row(state)])).toBe(expected);
});
