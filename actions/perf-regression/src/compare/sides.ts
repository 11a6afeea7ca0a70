import type { Failure, Measurement, ReadResult } from '../measurement.ts';
import { matchesName, type Policy } from '../rules/rules.ts';
import { qValues } from '../statistics/significance.ts';
import { computeReferenceShift, detectCommonShift, NO_SHIFT, type Shift } from './common-shift.ts';
import { judgeExact } from './exact.ts';
import { worsening } from './limits.ts';
import type { MetricResult } from './metric-result.ts';
import { judgeNoisy } from './noisy.ts';
import { type Pair, pairMeasurements } from './pairing.ts';
import { checkPolicy, toResultBase } from './policy-check.ts';
import type { Settings } from './settings.ts';
import { compareSamples, selectSamples, type TwoSample } from './two-sample.ts';

/** The result of each metric, and the common shift. */
export interface Comparison {
  readonly rows: readonly MetricResult[];
  readonly shift: Shift;
}

/** Compares two sets of results, each metric by the method that its data allow. */
export function compareSides(
  before: ReadResult,
  after: ReadResult,
  settings: Settings,
): Comparison {
  const pairs = pairMeasurements(before, after, settings.policyFor);
  const tests = pairs.map((pair) => testPair(pair, settings));
  const shift = computeShift(pairs, tests, settings);
  const rows = pairs.map((pair, index) => judgePair(pair, tests[index], shift, settings));
  return { rows: addQValues(rows), shift };
}

/** Tests the samples of a pair; `undefined` if it is exact or has too few samples. */
function testPair(pair: Pair, settings: Settings): TwoSample | undefined {
  if (pair.state !== 'both' || isExact(pair.after, settings)) return undefined;
  const samples = selectSamples(pair.before, pair.after, settings.minSamples);
  return samples && compareSamples(...samples, settings.alpha, settings.distributions);
}

function isExact(measurement: Measurement, { policyFor }: Settings): boolean {
  return measurement.kind === 'exact' || policyFor(measurement).exact;
}

/** Uses one metric of each benchmark, because its rate and its time always change together. */
function computeShift(
  pairs: readonly Pair[],
  tests: readonly (TwoSample | undefined)[],
  settings: Settings,
): Shift {
  const { normalize, policyFor } = settings;
  if (normalize.kind === 'off') return NO_SHIFT;
  const moves = new Map<string, number>();
  const references: number[] = [];
  for (const [index, pair] of pairs.entries()) {
    if (pair.state !== 'both' || isExact(pair.after, settings)) continue;
    const better = policyFor(pair.after).better ?? pair.after.better;
    const ratio = tests[index]?.ratio.estimate ?? pair.after.centre / pair.before.centre;
    if (!(ratio > 0 && ratio < Number.POSITIVE_INFINITY)) continue;
    const move = worsening(Math.log(ratio), better);
    if (normalize.kind === 'reference' && matchesName(normalize.glob, pair.after)) {
      references.push(move);
    }
    const { benchmark } = pair.after;
    if ((better === 'lower' || better === 'higher') && !moves.has(benchmark)) {
      moves.set(benchmark, move);
    }
  }
  if (normalize.kind === 'reference' && references.length > 0)
    return computeReferenceShift(references);
  return normalize.kind === 'reference' ? NO_SHIFT : detectCommonShift([...moves.values()]);
}

export function judgePair(
  pair: Pair,
  test: TwoSample | undefined,
  shift: Shift,
  settings: Settings,
): MetricResult {
  const { policyFor } = settings;
  if (pair.state === 'failed') return toFailedResult(pair.failure, pair.before);
  if (pair.state === 'missing') return toMissingResult(pair.before, policyFor(pair.before));
  const { after } = pair;
  const policy = policyFor(after);
  if (pair.state === 'both') {
    const check = checkPolicy(after, policy, pair.before.centre);
    if (check.kind === 'judged') return check.result;
    return isExact(after, settings)
      ? judgeExact(check.base, check.limits)
      : judgeNoisy(check.base, check.limits, test, shift, settings);
  }
  const check = checkPolicy(after, policy);
  if (check.kind === 'judged' && check.result.state !== 'new') return check.result;
  const base = toResultBase(after, policy);
  switch (pair.state) {
    case 'new':
      return { ...base, state: 'new', method: 'none', reason: 'not in the baseline' };
    case 'failed-before':
      return {
        ...base,
        state: 'new',
        method: 'none',
        reason: `no value in the baseline: ${pair.failure.reason}`,
      };
    case 'renamed':
      return {
        ...base,
        state: 'renamed',
        method: 'none',
        reason: `may be ${pair.before.benchmark} of the baseline; add was: to a rule to compare them`,
      };
    case 'unit-changed':
      return {
        ...base,
        state: 'unknown',
        method: 'none',
        reason: `its unit changed from ${pair.before.unit || 'none'} to ${after.unit || 'none'}`,
      };
  }
}

function toMissingResult(before: Measurement, { better = before.better }: Policy): MetricResult {
  const { benchmark, metric, unit, centre } = before;
  return {
    benchmark,
    metric,
    unit,
    better,
    before: centre,
    // A metric that is never gated may be removed.
    state: better === 'none' ? 'not-gated' : 'missing',
    method: 'none',
    reason: 'in the baseline, but not in the results',
  };
}

function toFailedResult(failure: Failure, before?: Measurement): MetricResult {
  return {
    benchmark: failure.benchmark,
    metric: failure.metric ?? before?.metric ?? '',
    unit: before?.unit ?? '',
    better: before?.better ?? 'unknown',
    ...(before && { before: before.centre }),
    state: 'failed',
    method: 'none',
    reason: failure.reason,
  };
}

function addQValues(rows: readonly MetricResult[]): readonly MetricResult[] {
  const tested = rows.flatMap(({ p }, index) => (p === undefined ? [] : [{ p, index }]));
  const qs = qValues(tested.map(({ p }) => p));
  const byRow = new Map(tested.map(({ index }, position) => [index, qs[position] as number]));
  return rows.map((row, index) => {
    const q = byRow.get(index);
    return q === undefined ? row : { ...row, q };
  });
}
