import type { RunRecord } from '../history/record.ts';
import type { ReadResult } from '../measurement.ts';
import { NO_SHIFT } from './common-shift.ts';
import { judgeExact } from './exact.ts';
import { type Factors, factorsOf } from './factors.ts';
import { type Base, frame } from './frame.ts';
import type { Judged } from './judged.ts';
import { isShareOfNothing, type Limits, NO_SHARE, worsening } from './limits.ts';
import { movedTogether } from './noisy.ts';
import { keyOf, type Pair, pairUp } from './pairing.ts';
import { latestResult, type Point, pointsByKey } from './points.ts';
import { judgeSeries, RECENT, resolutionOf, type SeriesJudgement } from './series.ts';
import type { Settings } from './settings.ts';
import { type Comparison, judgePair } from './sides.ts';
import { trendOf } from './trend.ts';

/** Runs that stay before the latest ones; with fewer, the latest are fewer. */
const FEWEST_BEFORE = 5;

/**
 * Judges results by the runs before them.
 *
 * @param records of the series, oldest first, this run not among them; at least one
 */
export function compareWithHistory(
  records: readonly RunRecord[],
  after: ReadResult,
  settings: Settings,
): Comparison {
  const pairs = pairUp(latestResult(records), after, settings.policyOf);
  const series = pointsByKey(records);
  const factors = factorsOf(records, series, pairs, settings);
  const rows = pairs.map((pair) =>
    pair.state === 'both'
      ? judgeOne(pair, series.get(keyOf(pair.before)) ?? [], factors, settings)
      : judgePair(pair, undefined, NO_SHIFT, settings),
  );
  return { rows, shift: factors.shift };
}

function judgeOne(
  { before, after }: Extract<Pair, { state: 'both' }>,
  points: readonly Point[],
  factors: Factors,
  settings: Settings,
): Judged {
  const policy = settings.policyOf(after);
  const accepted = points.filter((point) => point.accepted);
  const trend = trendOf(points, after.centre);
  const framed = frame(after, policy, accepted.at(-1)?.value ?? before.centre);
  if (framed.kind === 'judged') return { ...framed.judged, ...trend };
  const { base, limits } = framed;
  if (after.kind === 'exact' || policy.exact) return { ...judgeExact(base, limits), ...trend };
  if (accepted.length === 0) {
    return { ...base, state: 'new', method: 'history', reason: 'no accepted run has it', ...trend };
  }
  return { ...judgeNoisySeries(base, limits, points, factors, settings), ...trend };
}

/** Judges with the common factor of each run divided out; as measured, where that says more. */
function judgeNoisySeries(
  base: Base,
  limits: Limits,
  points: readonly Point[],
  { of, shift }: Factors,
  { distributions }: Settings,
): Judged {
  const { after = 0 } = base;
  const sign = worsening(1, limits.better);
  const resolution = resolutionOf([...points.map(({ value }) => value), after]);
  const latest = Math.min(RECENT - 1, Math.max(0, points.length - FEWEST_BEFORE));
  const cut = points.length - latest;
  const before = Math.min(cut, beforeRegression(points));
  const judge = (normalised: boolean): SeriesJudgement => {
    const divide = (value: number, factor: number) =>
      normalised ? value / Math.exp(sign * factor) : value;
    const values = points.map(({ value, run }) => divide(value, of(run, base.benchmark)));
    return judgeSeries(
      values.slice(0, before).filter((_, index) => points[index]?.accepted),
      [...values.slice(cut), divide(after, of('current', base.benchmark))],
      limits,
      resolution,
      distributions,
    );
  };
  const raw = judge(false);
  const judged = shift.applied ? judge(true) : raw;
  const calm = judged.state === 'unchanged' || judged.state === 'unknown';
  const together = calm && (raw.state === 'fail' || raw.state === 'warn');
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
  if (isShareOfNothing(limits, raw.before, raw.after)) {
    return { ...row, state: 'unknown', reason: NO_SHARE };
  }
  return {
    ...row,
    ...(together ? movedTogether(shift) : { state: judged.state, reason: judged.reason }),
  };
}

/**
 * How many points are from before a regression that goes on until now. The runs that first showed it
 * were remembered as accepted, because it was not certain yet: they are no baseline either.
 */
function beforeRegression(points: readonly Point[]): number {
  let first = points.length;
  for (let index = points.length - 1; index >= 0 && first - index <= RECENT; index--) {
    if (!points[index]?.accepted) first = index;
  }
  return first === points.length ? first : Math.max(1, first - RECENT + 1);
}
