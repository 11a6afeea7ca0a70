import { median, medianDeviation } from '@repo/statistics/median';
import { MAD_TO_SIGMA } from '../statistics/robust-band.ts';

/** With fewer benchmarks, a slow machine and a slow benchmark look the same. */
const MIN_BENCHMARKS = 4;
/** The spread around the shift is at most this (log), or half of the shift. */
const MAX_SPREAD = 0.05;
/** A smaller shift, in standard errors of the median, may be the noise of the benchmarks. */
const MIN_STANDARD_ERRORS = 3;
/** Standard error of the median relative to that of the mean, for normal values: √(π/2). */
const MEDIAN_ERROR = Math.sqrt(Math.PI / 2);

/** By how much all benchmarks of a run changed together. */
export interface Shift {
  /** The factor: 1.2 means 20% slower (a rate is divided by 1.2). */
  readonly ratio: number;
  /** Whether the changes are divided by the factor before they are judged. */
  readonly applied: boolean;
  /** Whether it was measured by reference benchmarks. */
  readonly reference: boolean;
  readonly benchmarks: number;
}

export const NO_SHIFT: Shift = { ratio: 1, applied: false, reference: false, benchmarks: 0 };

/**
 * Detects whether nearly all benchmarks changed by the same factor. This is the machine, or all of the
 * code; only reference benchmarks can distinguish the two.
 *
 * @param worsenings log factors, one per benchmark; positive is worse
 */
export function detectCommonShift(worsenings: readonly number[]): Shift {
  if (worsenings.length < MIN_BENCHMARKS) return { ...NO_SHIFT, benchmarks: worsenings.length };
  const centre = median(worsenings);
  const spread = MAD_TO_SIGMA * medianDeviation(worsenings, centre);
  return {
    ratio: Math.exp(centre),
    applied:
      spread <= Math.max(MAX_SPREAD, Math.abs(centre) / 2) &&
      Math.abs(centre) >
        (MIN_STANDARD_ERRORS * MEDIAN_ERROR * spread) / Math.sqrt(worsenings.length),
    reference: false,
    benchmarks: worsenings.length,
  };
}

/** The shift of benchmarks whose code has not changed; at least one. */
export function computeReferenceShift(worsenings: readonly number[]): Shift {
  return {
    ratio: Math.exp(median(worsenings)),
    applied: true,
    reference: true,
    benchmarks: worsenings.length,
  };
}
