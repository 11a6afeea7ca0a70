import { median, medianAbsoluteDeviation } from 'simple-statistics';
import type { Measurement } from '../measurement.ts';
import { type Interval, ratioOf } from '../statistics/hodges-lehmann.ts';
import { type MannWhitney, mannWhitney } from '../statistics/mann-whitney.ts';
import { MAD_TO_SIGMA } from '../statistics/robust-band.ts';
import type { UDistributions } from '../statistics/u-distribution.ts';

/** More say nothing new, and all pairs of them are looked at. */
const MOST_SAMPLES = 400;
/** Robust standard deviations beyond which a sample is a disturbance (Iglewicz & Hoaglin 1993). */
const OUTLIER = 3.5;

/** What the samples of two sides say. */
export interface TwoSample {
  readonly ratio: Interval;
  readonly test: MannWhitney;
  readonly samples: readonly [before: number, after: number];
  /** Standard deviation of the logarithms of one side's samples. */
  readonly sigma: number;
}

/**
 * The samples with which two measurements can be compared: independent runs where both sides have
 * enough of them, otherwise what was sampled within a run; nothing where there are fewer than
 * `fewest`, or values that have no logarithm.
 */
export function comparableSamples(
  before: Measurement,
  after: Measurement,
  fewest: number,
): readonly [readonly number[], readonly number[]] | undefined {
  const choices = [
    [before.runs, after.runs],
    [before.samples, after.samples],
  ] as const;
  for (const [from, to] of choices) {
    if (from === undefined || to === undefined) continue;
    if (Math.min(from.length, to.length) < fewest) continue;
    if (from.some((value) => !(value > 0)) || to.some((value) => !(value > 0))) continue;
    return [from, to];
  }
  return undefined;
}

/**
 * The ratio and its interval, disturbances set aside (`pnpm bench perf-accuracy` shows what that
 * gives); p of all samples, as benchstat has it.
 */
export function compareSamples(
  before: readonly number[],
  after: readonly number[],
  alpha: number,
  distributions: UDistributions,
): TwoSample {
  const [from, to] = [thin(before), thin(after)];
  const [calmFrom, calmTo] = [calm(from), calm(to)];
  return {
    ratio: ratioOf(calmFrom, calmTo, alpha, distributions),
    test: mannWhitney(from, to, distributions),
    samples: [before.length, after.length],
    sigma: Math.sqrt((logVariance(calmFrom) + logVariance(calmTo)) / 2),
  };
}

function calm(samples: readonly number[]): readonly number[] {
  const logs = samples.map(Math.log);
  const centre = median(logs);
  const reach = OUTLIER * MAD_TO_SIGMA * medianAbsoluteDeviation(logs);
  // Where most are equal, all others would be outliers.
  if (reach === 0) return samples;
  return samples.filter((_, index) => Math.abs((logs[index] as number) - centre) <= reach);
}

/** Every k-th sample, so that few enough are left; neighbours in time resemble each other anyway. */
function thin(samples: readonly number[]): readonly number[] {
  const step = Math.ceil(samples.length / MOST_SAMPLES);
  return step === 1 ? samples : samples.filter((_, index) => index % step === 0);
}

function logVariance(samples: readonly number[]): number {
  const logs = samples.map(Math.log);
  const centre = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  return logs.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, logs.length - 1);
}
