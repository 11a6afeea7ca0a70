import { medianDeviation, medianOfSorted, sortAscending } from '@repo/statistics/median';
import type { Measurement } from '../measurement.ts';
import { estimateRatioOfLogs, type Interval } from '../statistics/hodges-lehmann.ts';
import { type MannWhitney, mannWhitneySorted } from '../statistics/mann-whitney.ts';
import { MAD_TO_SIGMA } from '../statistics/robust-band.ts';
import type { UDistributions } from '../statistics/u-distribution.ts';

/** Limits the time, which is quadratic; more samples add nothing. */
const MAX_SAMPLES = 400;
/** Robust standard deviations beyond which a sample is an outlier (Iglewicz & Hoaglin 1993). */
const OUTLIER_DEVIATIONS = 3.5;

/** The comparison of the samples of two sides. */
export interface TwoSample {
  readonly ratio: Interval;
  readonly test: MannWhitney;
  readonly samples: readonly [before: number, after: number];
  /** Standard deviation of the logarithms of the samples of one side. */
  readonly sigma: number;
}

/**
 * Selects the samples to compare: independent runs if both sides have enough of them, otherwise the
 * samples within the runs. `undefined` if there are fewer than `minSamples`, or values without a
 * logarithm.
 */
export function selectSamples(
  before: Measurement,
  after: Measurement,
  minSamples: number,
): readonly [readonly number[], readonly number[]] | undefined {
  const choices = [
    [before.runs, after.runs],
    [before.samples, after.samples],
  ] as const;
  for (const [from, to] of choices) {
    if (from === undefined || to === undefined) continue;
    if (Math.min(from.length, to.length) < minSamples) continue;
    if (from.some((value) => !(value > 0)) || to.some((value) => !(value > 0))) continue;
    return [from, to];
  }
  return undefined;
}

/**
 * The ratio and its interval without outliers (`pnpm bench perf-accuracy` measures the effect), and p
 * of all samples, as in benchstat.
 */
export function compareSamples(
  before: readonly number[],
  after: readonly number[],
  alpha: number,
  distributions: UDistributions,
): TwoSample {
  const [from, to] = [sortSamples(before), sortSamples(after)];
  const [logsFrom, logsTo] = [removeOutliers(toLogs(from)), removeOutliers(toLogs(to))];
  return {
    ratio: estimateRatioOfLogs(logsFrom, logsTo, alpha, distributions),
    test: mannWhitneySorted(from, to, distributions),
    samples: [before.length, after.length],
    sigma: Math.sqrt((variance(logsFrom) + variance(logsTo)) / 2),
  };
}

/** Sorts the samples. Keeps every k-th of too many, because consecutive samples are similar. */
function sortSamples(samples: readonly number[]): Float64Array {
  const step = Math.ceil(samples.length / MAX_SAMPLES);
  const selected = step === 1 ? samples : samples.filter((_, index) => index % step === 0);
  return sortAscending(new Float64Array(selected));
}

function toLogs(values: Float64Array): Float64Array {
  const logs = new Float64Array(values.length);
  for (let at = 0; at < values.length; at++) logs[at] = Math.log(values[at] as number);
  return logs;
}

/** Removes outliers from sorted logarithms. */
function removeOutliers(logs: Float64Array): Float64Array {
  const centre = medianOfSorted(logs);
  const reach = OUTLIER_DEVIATIONS * MAD_TO_SIGMA * medianDeviation(logs, centre);
  // If most values are equal, all others would be outliers.
  if (reach === 0) return logs;
  let first = 0;
  let end = logs.length;
  while (centre - (logs[first] as number) > reach) first++;
  while ((logs[end - 1] as number) - centre > reach) end--;
  return logs.subarray(first, end);
}

function variance(values: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] as number;
  const centre = sum / values.length;
  let squares = 0;
  for (let at = 0; at < values.length; at++) squares += ((values[at] as number) - centre) ** 2;
  return squares / Math.max(1, values.length - 1);
}
