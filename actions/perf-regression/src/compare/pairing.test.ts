import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Failure, Measurement, ReadResult } from '../measurement.ts';
import { metricKey, type Pair, pairMeasurements } from './pairing.ts';

const one = (benchmark: string, changes: Partial<Measurement> = {}): Measurement => ({
  benchmark,
  metric: 'time',
  unit: 'ns',
  better: 'lower',
  kind: 'sampled',
  centre: 1,
  file: 'a.txt',
  ...changes,
});
const side = (
  measurements: readonly Measurement[],
  failures: readonly Pick<Failure, 'benchmark' | 'metric'>[] = [],
): ReadResult => ({
  format: 'go',
  measurements,
  environment: {},
  warnings: [],
  failures: failures.map((failure) => ({
    state: 'failed',
    reason: 'it failed',
    file: 'a.txt',
    ...failure,
  })),
});

const getName = (pair: Pair) => {
  if ('after' in pair) return pair.after.benchmark;
  return pair.state === 'failed' ? pair.failure.benchmark : pair.before.benchmark;
};
const states = (before: ReadResult, after: ReadResult, was?: string) =>
  pairMeasurements(before, after, () => ({ exact: false, ...(was !== undefined && { was }) })).map(
    (pair) => `${getName(pair)} ${pair.state}`,
  );

describe('pairMeasurements', () => {
  test('pairs measurements in any order', () => {
    expect(
      states(side([one('a'), one('b'), one('c')]), side([one('a'), one('d'), one('b')])),
    ).toEqual(['a both', 'b both', 'd new', 'c missing']);
  });

  test('does not compare different units', () => {
    expect(states(side([one('a')]), side([one('a', { unit: 'B' })]))).toEqual(['a unit-changed']);
  });

  test('reports a probable rename, but not an ambiguous one', () => {
    const renamed = side([one('pkg/ParseJSON')]);
    expect(states(renamed, side([one('pkg/parse_json')]))).toEqual(['pkg/parse_json renamed']);
    const two = side([one('x/ParseJSON'), one('y/parseJson')]);
    expect(states(two, side([one('parse-json')]))).toEqual([
      ...['parse-json new', 'x/ParseJSON missing', 'y/parseJson missing'],
    ]);
    expect(states(renamed, side([one('pkg/parse_json', { unit: 'B' })]))).toContain(
      'pkg/parse_json new',
    );
  });

  test('compares a declared rename, unless the results contain the old name too', () => {
    expect(states(side([one('old')]), side([one('new')]), 'old')).toEqual(['new both']);
    expect(states(side([one('new'), one('old')]), side([one('new')]), 'old')).toEqual([
      ...['new both', 'old missing'],
    ]);
  });

  test('a failure covers all metrics of a benchmark, or the named one', () => {
    const before = side([one('a'), one('a', { metric: 'B/op', unit: 'B' })]);
    expect(states(before, side([], [{ benchmark: 'a' }]))).toEqual(['a failed', 'a failed']);
    const after = side([one('a')], [{ benchmark: 'a', metric: 'B/op' }]);
    expect(states(before, after)).toEqual(['a both', 'a failed']);
    expect(states(side([]), side([], [{ benchmark: 'z' }]))).toEqual(['z failed']);
  });

  test('a benchmark that failed in the baseline is not new', () => {
    expect(states(side([], [{ benchmark: 'a' }]), side([one('a')]))).toEqual(['a failed-before']);
    expect(states(side([], [{ benchmark: 'a', metric: 'time' }]), side([one('a')]))).toEqual([
      'a failed-before',
    ]);
    expect(states(side([], [{ benchmark: 'a', metric: 'B/op' }]), side([one('a')]))).toEqual([
      'a new',
    ]);
  });
});

test('each measurement is in exactly one pair', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'B', 'b', 'c', 'pkg/a', 'x_y', 'X-y'));
  fc.assert(
    fc.property(names, names, (before, after) => {
      const pairs = pairMeasurements(
        side(before.map((name) => one(name))),
        side(after.map((name) => one(name))),
        () => ({ exact: false }),
      );
      const of = (which: 'before' | 'after') =>
        pairs.flatMap((pair) => {
          const found = which in pair ? (pair as Record<string, unknown>)[which] : undefined;
          return found === undefined ? [] : [metricKey(found as Measurement)];
        });
      expect(of('before').toSorted()).toEqual(
        before.map((name) => metricKey(one(name))).toSorted(),
      );
      expect(of('after').toSorted()).toEqual(after.map((name) => metricKey(one(name))).toSorted());
    }),
  );
});
