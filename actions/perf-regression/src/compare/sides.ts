import type { Failure, Measurement, ReadResult } from '../measurement.ts';
import { matchesName, type Policy } from '../rules/rules.ts';
import { qValues } from '../statistics/benjamini-hochberg.ts';
import { commonShift, NO_SHIFT, referenceShift, type Shift } from './common-shift.ts';
import { judgeExact } from './exact.ts';
import { baseOf, frame } from './frame.ts';
import type { Judged } from './judged.ts';
import { worsening } from './limits.ts';
import { judgeNoisy } from './noisy.ts';
import { type Pair, pairUp } from './pairing.ts';
import type { Settings } from './settings.ts';
import { comparableSamples, compareSamples, type TwoSample } from './two-sample.ts';

/** All rows, and by how much everything moved. */
export interface Comparison {
  readonly rows: readonly Judged[];
  readonly shift: Shift;
}

/** Judges one set of results against another, each metric by the method that its data allow. */
export function compareSides(
  before: ReadResult,
  after: ReadResult,
  settings: Settings,
): Comparison {
  const pairs = pairUp(before, after, settings.policyOf);
  const tests = pairs.map((pair) => testOf(pair, settings));
  const shift = shiftOf(pairs, tests, settings);
  const rows = pairs.map((pair, index) => judgePair(pair, tests[index], shift, settings));
  return { rows: withQ(rows), shift };
}

/** What the samples of a pair say; nothing where there is no need of them, or not enough. */
function testOf(pair: Pair, settings: Settings): TwoSample | undefined {
  if (pair.state !== 'both' || isExact(pair.after, settings)) return undefined;
  const samples = comparableSamples(pair.before, pair.after, settings.minSamples);
  return samples && compareSamples(...samples, settings.alpha, settings.distributions);
}

function isExact(measurement: Measurement, { policyOf }: Settings): boolean {
  return measurement.kind === 'exact' || policyOf(measurement).exact;
}

/** One number a benchmark: its rate and its time move together by definition. */
function shiftOf(
  pairs: readonly Pair[],
  tests: readonly (TwoSample | undefined)[],
  settings: Settings,
): Shift {
  const { normalize, policyOf } = settings;
  if (normalize.kind === 'off') return NO_SHIFT;
  const moves = new Map<string, number>();
  const references: number[] = [];
  for (const [index, pair] of pairs.entries()) {
    if (pair.state !== 'both' || isExact(pair.after, settings)) continue;
    const better = policyOf(pair.after).better ?? pair.after.better;
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
  if (normalize.kind === 'reference' && references.length > 0) return referenceShift(references);
  return normalize.kind === 'reference' ? NO_SHIFT : commonShift([...moves.values()]);
}

export function judgePair(
  pair: Pair,
  test: TwoSample | undefined,
  shift: Shift,
  settings: Settings,
): Judged {
  const { policyOf } = settings;
  if (pair.state === 'failed') return failedRow(pair.failure, pair.before);
  if (pair.state === 'missing') return missingRow(pair.before, policyOf(pair.before));
  const { after } = pair;
  const policy = policyOf(after);
  if (pair.state === 'both') {
    const framed = frame(after, policy, pair.before.centre);
    if (framed.kind === 'judged') return framed.judged;
    return isExact(after, settings)
      ? judgeExact(framed.base, framed.limits)
      : judgeNoisy(framed.base, framed.limits, test, shift, settings);
  }
  const framed = frame(after, policy);
  if (framed.kind === 'judged' && framed.judged.state !== 'new') return framed.judged;
  const base = baseOf(after, policy);
  switch (pair.state) {
    case 'new':
      return { ...base, state: 'new', method: 'none', reason: 'the baseline does not have it' };
    case 'failed-before':
      return {
        ...base,
        state: 'new',
        method: 'none',
        reason: `the baseline has no number: ${pair.failure.reason}`,
      };
    case 'renamed':
      return {
        ...base,
        state: 'renamed',
        method: 'none',
        reason: `looks like ${pair.before.benchmark} of the baseline; say was: to compare them`,
      };
    case 'unit-changed':
      return {
        ...base,
        state: 'unknown',
        method: 'none',
        reason: `its unit was ${pair.before.unit || 'none'} and is ${after.unit || 'none'}`,
      };
  }
}

function missingRow(before: Measurement, { better = before.better }: Policy): Judged {
  const { benchmark, metric, unit, centre } = before;
  return {
    ...{ benchmark, metric, unit, better, before: centre },
    // Of what is never gated, it is no harm either that it is gone.
    state: better === 'none' ? 'not-gated' : 'missing',
    method: 'none',
    reason: 'the baseline has it, these results do not',
  };
}

function failedRow(failure: Failure, before?: Measurement): Judged {
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

function withQ(rows: readonly Judged[]): readonly Judged[] {
  const tested = rows.flatMap(({ p }, index) => (p === undefined ? [] : [{ p, index }]));
  const qs = qValues(tested.map(({ p }) => p));
  const byRow = new Map(tested.map(({ index }, position) => [index, qs[position] as number]));
  return rows.map((row, index) => {
    const q = byRow.get(index);
    return q === undefined ? row : { ...row, q };
  });
}
