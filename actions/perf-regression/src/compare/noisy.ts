import { smallestP } from '../statistics/mann-whitney.ts';
import { samplesNeeded } from '../statistics/samples-needed.ts';
import type { Shift } from './common-shift.ts';
import type { Base } from './frame.ts';
import type { Judged } from './judged.ts';
import { bearsOut, isImproved, type Limits, leastShare, NEAR_END, stepOf } from './limits.ts';
import type { Settings } from './settings.ts';
import type { TwoSample } from './two-sample.ts';

/**
 * Judges a noisy metric of two sides. Past a threshold counts only where the near end of the
 * interval is past 70 % of the least threshold, too; a shift that all benchmarks share is divided
 * out first.
 */
export function judgeNoisy(
  base: Base,
  limits: Limits,
  test: TwoSample | undefined,
  shift: Shift,
  settings: Settings,
): Judged {
  const { before = 0, after = 0 } = base;
  if (!(before > 0)) {
    return {
      ...base,
      state: 'unknown',
      method: 'none',
      reason: `the baseline is ${before}, with which no ratio can be formed`,
    };
  }
  const divisor = shift.applied ? (limits.better === 'higher' ? 1 / shift.ratio : shift.ratio) : 1;
  const raw = test?.ratio.estimate ?? after / before;
  const seen: Seen = {
    adjusted: raw / divisor,
    step: stepOf(limits, before, before * (raw / divisor)),
    rawStep: stepOf(limits, before, before * raw),
  };
  return test === undefined
    ? withoutSamples(base, limits, seen, shift, settings)
    : withSamples(base, limits, seen, test, divisor, shift, settings);
}

interface Seen {
  readonly adjusted: number;
  /** The threshold that is passed with the common shift divided out, and as measured. */
  readonly step: 'fail' | 'warn' | undefined;
  readonly rawStep: 'fail' | 'warn' | undefined;
}

/** A tool's own summary tells nothing of the next run. */
function withoutSamples(
  base: Base,
  limits: Limits,
  { adjusted, step, rawStep }: Seen,
  shift: Shift,
  { minSamples }: Settings,
): Judged {
  const row = { ...base, adjusted, method: 'none' as const };
  if (step !== undefined) {
    return {
      ...row,
      state: 'unknown',
      reason: `past ${limits[step]?.text}, but it may be noise: it takes ${minSamples} samples of each side, or a history`,
    };
  }
  return rawStep === undefined
    ? { ...row, state: 'unchanged', reason: 'within the thresholds' }
    : { ...row, ...movedTogether(shift) };
}

function withSamples(
  base: Base,
  limits: Limits,
  { adjusted, step, rawStep }: Seen,
  test: TwoSample,
  divisor: number,
  shift: Shift,
  { alpha }: Settings,
): Judged {
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
  if (step !== undefined && bearsOut(limits, before, before * near)) {
    return rawStep === undefined
      ? {
          ...row,
          state: 'unknown',
          reason: 'worse only beside the others, which got better together',
        }
      : {
          ...row,
          state: step,
          reason: `past ${limits[step]?.text}, and the interval bears it out`,
        };
  }
  if (step !== undefined) {
    const distance =
      Math.abs(Math.log(adjusted)) - Math.log1p(NEAR_END * leastShare(limits, before));
    const needed = samplesNeeded(test.sigma, distance, alpha);
    const least = smallestP(...test.samples);
    return {
      ...row,
      state: 'unknown',
      reason: `past ${limits[step]?.text}, but ${
        least > alpha
          ? `${test.samples.join(' and ')} samples can never tell: their smallest p is ${least.toFixed(3)}`
          : 'the interval does not bear it out'
      }`,
      ...(needed !== undefined && { samplesNeeded: needed }),
    };
  }
  if (rawStep !== undefined) return { ...row, ...movedTogether(shift) };
  return isImproved(limits, before, before * adjusted) &&
    isImproved(limits, before, before * far, NEAR_END)
    ? { ...row, state: 'improved', reason: 'better, and the interval bears it out' }
    : { ...row, state: 'unchanged', reason: 'within the thresholds' };
}

/** Past a threshold as measured, but not beside the others. */
export function movedTogether(shift: Shift): Pick<Judged, 'state' | 'reason'> {
  return shift.reference
    ? { state: 'unchanged', reason: 'moved as the reference did' }
    : { state: 'unknown', reason: 'moved as the others did: the machine, or all of the code' };
}
