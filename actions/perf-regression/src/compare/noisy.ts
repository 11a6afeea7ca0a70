import { smallestP } from '../statistics/mann-whitney.ts';
import { samplesNeeded } from '../statistics/significance.ts';
import type { Shift } from './common-shift.ts';
import {
  describeExceeded,
  describeInterval,
  findExceededThreshold,
  isConfirmed,
  isImproved,
  type Limits,
  lowestThresholdRatio,
  NEAR_END,
} from './limits.ts';
import type { MetricResult } from './metric-result.ts';
import type { ResultBase } from './policy-check.ts';
import type { Settings } from './settings.ts';
import type { TwoSample } from './two-sample.ts';

/**
 * Judges a noisy metric of two sides. A threshold counts as exceeded only if the near end of the
 * interval exceeds 70% of the lowest threshold, too. The common shift is removed first.
 */
export function judgeNoisy(
  base: ResultBase,
  limits: Limits,
  test: TwoSample | undefined,
  shift: Shift,
  settings: Settings,
): MetricResult {
  const { before = 0, after = 0 } = base;
  if (!(before > 0)) {
    return {
      ...base,
      state: 'unknown',
      method: 'none',
      reason: `the baseline is ${before}, so a ratio cannot be computed`,
    };
  }
  const divisor = shift.applied ? (limits.better === 'higher' ? 1 / shift.ratio : shift.ratio) : 1;
  const raw = test?.ratio.estimate ?? after / before;
  const change: Change = {
    adjusted: raw / divisor,
    exceeded: findExceededThreshold(limits, before, before * (raw / divisor)),
    exceededRaw: findExceededThreshold(limits, before, before * raw),
  };
  return test === undefined
    ? judgeSummary(base, limits, change, shift, settings)
    : judgeSamples(base, limits, change, test, divisor, shift, settings);
}

interface Change {
  readonly adjusted: number;
  /** The exceeded threshold, without the common shift and as measured. */
  readonly exceeded: 'fail' | 'warn' | undefined;
  readonly exceededRaw: 'fail' | 'warn' | undefined;
}

/** A single value, such as the mean that a tool prints, does not show its noise. */
function judgeSummary(
  base: ResultBase,
  limits: Limits,
  { adjusted, exceeded, exceededRaw }: Change,
  shift: Shift,
  { minSamples }: Settings,
): MetricResult {
  const row = { ...base, adjusted, method: 'none' as const };
  if (exceeded !== undefined) {
    const reason = describeExceeded(limits, exceeded);
    return {
      ...row,
      state: 'unknown',
      reason: `${reason}, but it may be noise; ${minSamples} samples on each side or a history are required`,
    };
  }
  return exceededRaw === undefined
    ? { ...row, state: 'unchanged', reason: 'within the thresholds' }
    : { ...row, ...judgeCommonShift(shift) };
}

function judgeSamples(
  base: ResultBase,
  limits: Limits,
  { adjusted, exceeded, exceededRaw }: Change,
  test: TwoSample,
  divisor: number,
  shift: Shift,
  { alpha }: Settings,
): MetricResult {
  const { before = 0 } = base;
  const [low, high] = [test.ratio.low / divisor, test.ratio.high / divisor];
  const row = {
    ...base,
    method: 'two-sample' as const,
    adjusted,
    ...(low > 0 && { low, high }),
    p: test.test.p,
    samples: test.samples,
  };
  const [near, far] = limits.better === 'higher' ? [high, low] : [low, high];
  const interval = describeInterval(low, high, alpha);
  if (exceeded !== undefined && isConfirmed(limits, before, before * near)) {
    return exceededRaw === undefined
      ? {
          ...row,
          state: 'unknown',
          reason: 'worse only relative to the other benchmarks, which improved together',
        }
      : {
          ...row,
          state: exceeded,
          reason: `${describeExceeded(limits, exceeded)} (${interval})`,
        };
  }
  if (exceeded !== undefined) {
    const distance =
      Math.abs(Math.log(adjusted)) - Math.log1p(NEAR_END * lowestThresholdRatio(limits, before));
    const needed = samplesNeeded(test.sigma, distance, alpha);
    const minP = smallestP(...test.samples);
    const doubt =
      minP > alpha
        ? `${test.samples.join(' and ')} samples are too few: their smallest p is ${minP.toFixed(3)}`
        : `not confirmed (${interval})`;
    return {
      ...row,
      state: 'unknown',
      reason: `${describeExceeded(limits, exceeded)}, but ${doubt}`,
      ...(needed !== undefined && { samplesNeeded: needed }),
    };
  }
  if (exceededRaw !== undefined) return { ...row, ...judgeCommonShift(shift) };
  return isImproved(limits, before, before * adjusted) &&
    isImproved(limits, before, before * far, NEAR_END)
    ? { ...row, state: 'improved', reason: `improved (${interval})` }
    : { ...row, state: 'unchanged', reason: 'within the thresholds' };
}

/** The state of a metric that exceeds a threshold only together with the other benchmarks. */
export function judgeCommonShift(shift: Shift): Pick<MetricResult, 'state' | 'reason'> {
  return shift.reference
    ? { state: 'unchanged', reason: 'changed like the reference benchmarks' }
    : {
        state: 'unknown',
        reason: 'changed like the other benchmarks, because of the machine or of all the code',
      };
}
