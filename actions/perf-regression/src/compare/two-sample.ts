import { medianDeviation, medianOfSorted, sortAscending } from '@repo/statistics/median';
import type { Measurement } from '../measurement.ts';
import { type Interval, ratioOfLogs } from '../statistics/hodges-lehmann.ts';
import { type MannWhitney, mannWhitneySorted } from '../statistics/mann-whitney.ts';
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
  const [from, to] = [sorted(before), sorted(after)];
  const [calmFrom, calmTo] = [calm(logsOf(from)), calm(logsOf(to))];
  return {
    ratio: ratioOfLogs(calmFrom, calmTo, alpha, distributions),
    test: mannWhitneySorted(from, to, distributions),
    samples: [before.length, after.length],
    sigma: Math.sqrt((variance(calmFrom) + variance(calmTo)) / 2),
  };
}

/** In rising order; of too many every k-th in time: neighbours resemble each other anyway. */
function sorted(samples: readonly number[]): Float64Array {
  const step = Math.ceil(samples.length / MOST_SAMPLES);
  const kept = step === 1 ? samples : samples.filter((_, index) => index % step === 0);
  return sortAscending(new Float64Array(kept));
}

function logsOf(values: Float64Array): Float64Array {
  const logs = new Float64Array(values.length);
  for (let at = 0; at < values.length; at++) logs[at] = Math.log(values[at] as number);
  return logs;
}

/** Those that are no disturbances, of logarithms in rising order. */
function calm(logs: Float64Array): Float64Array {
  const centre = medianOfSorted(logs);
  const reach = OUTLIER * MAD_TO_SIGMA * medianDeviation(logs, centre);
  // Where most are equal, all others would be outliers.
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
