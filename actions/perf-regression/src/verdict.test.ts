import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MetricResult, MetricState } from './compare/metric-result.ts';
import {
  type Counts,
  computeVerdict,
  countStates,
  hasNotableResults,
  STATES,
  sortByImportance,
  summarize,
} from './verdict.ts';

const row = (state: MetricState, changes: Partial<MetricResult> = {}): MetricResult => ({
  benchmark: 'BenchmarkA',
  metric: 'time',
  unit: 'ns',
  better: 'lower',
  state,
  method: 'two-sample',
  reason: 'slower',
  ...changes,
});
const counts = (changes: Partial<Counts>): Counts => ({ ...countStates([]), ...changes });
const message = (...rows: readonly MetricResult[]) =>
  summarize(sortByImportance(rows), countStates(rows));

describe('computeVerdict', () => {
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
    expect(computeVerdict(counts(given), false)).toBe(usual);
    expect(computeVerdict(counts(given), true)).toBe(strict);
  });

  test('passes only if metrics were compared and all of them are good', () => {
    const some = fc.record(Object.fromEntries(STATES.map((state) => [state, fc.nat(3)])));
    fc.assert(
      fc.property(some, fc.boolean(), (given, strict) => {
        if (computeVerdict(counts(given), strict) !== 'pass') return;
        const { unchanged, improved, new: added, 'not-gated': shown, ...others } = counts(given);
        expect(unchanged + improved).toBeGreaterThan(0);
        expect(added + shown).toBeGreaterThanOrEqual(0);
        expect(Object.values(others)).toEqual(Object.values(others).map(() => 0));
      }),
    );
  });
});

describe('summarize', () => {
  test.each<[string, readonly MetricResult[]]>([
    [
      '1 regression and 1 warning in 3 metrics: B time +50.0%: much slower',
      [
        row('warn'),
        row('fail', { benchmark: 'B', ratio: 1.5, reason: 'much slower' }),
        row('unchanged'),
      ],
    ],
    ['1 warning in 1 metric: BenchmarkA time: slower', [row('warn')]],
    [
      '1 of 2 metrics inconclusive: BenchmarkA time −20.0%: slower; 1 missing',
      [row('unknown', { ratio: 2, adjusted: 0.8 }), row('unchanged'), row('missing')],
    ],
    [
      'No regression, but 1 failed, 2 missing, 1 renamed',
      [row('failed'), row('missing'), row('missing'), row('renamed'), row('unchanged')],
    ],
    ['No baseline yet for 1 metric', [row('new')]],
    ['No baseline yet for 2 metrics', [row('new'), row('new'), row('not-gated')]],
    ['Nothing was judged: no metric has a known direction', [row('not-gated')]],
    ['No regression in 1 metric', [row('unchanged'), row('new')]],
    ['No regression in 2 metrics, 1 improved', [row('unchanged'), row('improved')]],
  ])('%s', (expected, rows) => expect(message(...rows)).toBe(expected));
});

test('sorts by state, then by the size of the change in either direction', () => {
  const rows = [
    row('unchanged', { benchmark: 'same' }),
    row('improved', { benchmark: 'better', ratio: 0.5 }),
    row('fail', { benchmark: 'little', ratio: 1.2 }),
    row('fail', { benchmark: 'half', ratio: 0.5 }),
    row('fail', { benchmark: 'from zero', ratio: 0 }),
    row('fail', { benchmark: 'much', ratio: 1.1, adjusted: 3 }),
    row('warn', { benchmark: 'warn', ratio: 9 }),
  ];
  expect(sortByImportance(rows).map(({ benchmark }) => benchmark)).toEqual([
    ...['much', 'half', 'little', 'from zero'],
    ...['warn', 'better', 'same'],
  ]);
});

test.each<[MetricState, boolean]>([
  ['unchanged', false],
  ['not-gated', false],
  ['new', true],
  ['improved', true],
  ['missing', true],
])('a metric that is %s is notable: %s', (state, expected) => {
  expect(hasNotableResults([row('unchanged'), row(state)])).toBe(expected);
});
