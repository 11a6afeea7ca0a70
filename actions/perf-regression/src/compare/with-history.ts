import type { RunRecord } from '../history/record.ts';
import type { ReadResult } from '../measurement.ts';
import { changePoints } from '../statistics/change-points.ts';
import { NO_SHIFT } from './common-shift.ts';
import { judgeExact } from './exact.ts';
import { computeFactors, type Factors } from './factors.ts';
import { isRelativeToZero, type Limits, RELATIVE_TO_ZERO, worsening } from './limits.ts';
import type { MetricResult } from './metric-result.ts';
import { judgeCommonShift } from './noisy.ts';
import { metricKey, type Pair, pairMeasurements } from './pairing.ts';
import { latestResult, type Point, pointsByKey } from './points.ts';
import { checkPolicy, type ResultBase } from './policy-check.ts';
import { detectResolution, judgeSeries, RECENT_RUNS, type SeriesJudgement } from './series.ts';
import type { Settings } from './settings.ts';
import { type Comparison, judgePair } from './sides.ts';

/** Runs that are kept as a baseline; a short history has fewer latest runs. */
const MIN_BASELINE_RUNS = 5;
/** Values of a series that are analyzed and shown. */
const MAX_TREND_VALUES = 100;
/** Significance level of a change of level, as in Hunter. */
const CHANGE_POINT_ALPHA = 0.001;

/**
 * Compares results with earlier runs.
 *
 * @param records earlier runs of the series, oldest first; at least one
 */
export function compareWithHistory(
  records: readonly RunRecord[],
  after: ReadResult,
  settings: Settings,
): Comparison {
  const pairs = pairMeasurements(latestResult(records), after, settings.policyFor);
  const series = pointsByKey(records);
  const factors = computeFactors(records, series, pairs, settings);
  const rows = pairs.map((pair) =>
    pair.state === 'both'
      ? judgeOne(pair, series.get(metricKey(pair.before)) ?? [], factors, settings)
      : judgePair(pair, undefined, NO_SHIFT, settings),
  );
  return { rows, shift: factors.shift };
}

function judgeOne(
  { before, after }: Extract<Pair, { state: 'both' }>,
  points: readonly Point[],
  factors: Factors,
  settings: Settings,
): MetricResult {
  const policy = settings.policyFor(after);
  const accepted = points.filter((point) => point.accepted);
  const trend = computeTrend(points, after.centre);
  const check = checkPolicy(after, policy, accepted.at(-1)?.value ?? before.centre);
  if (check.kind === 'judged') return { ...check.result, ...trend };
  const { base, limits } = check;
  if (after.kind === 'exact' || policy.exact) return { ...judgeExact(base, limits), ...trend };
  if (accepted.length === 0) {
    return {
      ...base,
      state: 'new',
      method: 'history',
      reason: 'not in any accepted run',
      ...trend,
    };
  }
  return { ...judgeNoisySeries(base, limits, points, factors, settings), ...trend };
}

/** Judges the series without the common factor of each run, and as measured. */
function judgeNoisySeries(
  base: ResultBase,
  limits: Limits,
  points: readonly Point[],
  { factorFor, shift }: Factors,
  { distributions }: Settings,
): MetricResult {
  const { after = 0 } = base;
  const sign = worsening(1, limits.better);
  const resolution = detectResolution([...points.map(({ value }) => value), after]);
  const latest = Math.min(RECENT_RUNS - 1, Math.max(0, points.length - MIN_BASELINE_RUNS));
  const cut = points.length - latest;
  const before = Math.min(cut, countBeforeRegression(points));
  const judge = (normalized: boolean): SeriesJudgement => {
    const divide = (value: number, factor: number) =>
      normalized ? value / Math.exp(sign * factor) : value;
    const values = points.map(({ value, run }) => divide(value, factorFor(run, base.benchmark)));
    return judgeSeries(
      values.slice(0, before).filter((_, index) => points[index]?.accepted),
      [...values.slice(cut), divide(after, factorFor('current', base.benchmark))],
      limits,
      resolution,
      distributions,
    );
  };
  const raw = judge(false);
  const judged = shift.applied ? judge(true) : raw;
  const isCalm = judged.state === 'unchanged' || judged.state === 'unknown';
  const hasCommonShift = isCalm && (raw.state === 'fail' || raw.state === 'warn');
  const { ratio: _, ...rest } = base;
  const row = {
    ...rest,
    before: raw.before,
    ...(raw.before !== 0 && { ratio: after / raw.before }),
    method: 'history' as const,
    ...(judged.before !== 0 && { adjusted: judged.after / judged.before }),
    ...(judged.p !== undefined && { p: judged.p }),
    samples: judged.runs,
  };
  if (isRelativeToZero(limits, raw.before, raw.after)) {
    return { ...row, state: 'unknown', reason: RELATIVE_TO_ZERO };
  }
  return {
    ...row,
    ...(hasCommonShift ? judgeCommonShift(shift) : { state: judged.state, reason: judged.reason }),
  };
}

/**
 * The number of points before a regression that lasts until now. Its first runs were recorded as
 * accepted because it was not yet certain; they are not a baseline either.
 */
function countBeforeRegression(points: readonly Point[]): number {
  let first = points.length;
  for (let index = points.length - 1; index >= 0 && first - index <= RECENT_RUNS; index--) {
    if (!points[index]?.accepted) first = index;
  }
  return first === points.length ? first : Math.max(1, first - RECENT_RUNS + 1);
}

/** The latest values of a series, and the commit of the last change of level. */
function computeTrend(
  points: readonly Point[],
  current: number,
): Required<Pick<MetricResult, 'trend'>> & Pick<MetricResult, 'since'> {
  const shown = points.slice(1 - MAX_TREND_VALUES);
  const trend = [...shown.map(({ value }) => value), current];
  if (trend.some((value) => !(value > 0))) return { trend };
  const last = changePoints(trend.map(Math.log), CHANGE_POINT_ALPHA).at(-1);
  const run = last === undefined ? undefined : shown[last.index]?.run;
  if (last === undefined || run === undefined) return { trend };
  return {
    trend,
    since: {
      sha: run.sha,
      time: run.time,
      index: last.index,
      ratio: Math.exp(last.after - last.before),
    },
  };
}
