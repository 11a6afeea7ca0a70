import { median, medianDeviation } from '@repo/statistics/median';
import { MAD_TO_SIGMA } from '../statistics/robust-band.ts';

/** Fewest benchmarks that can tell a slow machine from a slow benchmark. */
const FEWEST = 4;
/** The rest spreads little: at most this (log), or half of the shift. */
const LITTLE = 0.05;
/** Standard errors of the median that a shift must have, or it is the noise of the benchmarks. */
const CERTAIN = 3;
/** Standard error of the median over that of the mean, of normal values: √(π/2). */
const MEDIAN_ERROR = Math.sqrt(Math.PI / 2);

/** By how much all benchmarks of a run moved together. */
export interface Shift {
  /** The factor c: 1.2 = all are 20 % slower (for rates: 20 % lower). */
  readonly ratio: number;
  /** Whether the changes are divided by c before they are judged. */
  readonly applied: boolean;
  readonly reference: boolean;
  readonly benchmarks: number;
}

export const NO_SHIFT: Shift = { ratio: 1, applied: false, reference: false, benchmarks: 0 };

/**
 * Benchmarks of one run share the machine. When nearly all move together and the rest spreads
 * little, the machine moved (or all of the code did, which only a reference can tell).
 *
 * @param worsenings log factors, one a benchmark, positive = worse
 */
export function commonShift(worsenings: readonly number[]): Shift {
  if (worsenings.length < FEWEST) return { ...NO_SHIFT, benchmarks: worsenings.length };
  const centre = median(worsenings);
  const spread = MAD_TO_SIGMA * medianDeviation(worsenings, centre);
  return {
    ratio: Math.exp(centre),
    applied:
      spread <= Math.max(LITTLE, Math.abs(centre) / 2) &&
      Math.abs(centre) > (CERTAIN * MEDIAN_ERROR * spread) / Math.sqrt(worsenings.length),
    reference: false,
    benchmarks: worsenings.length,
  };
}

/** The shift of benchmarks that are known not to have changed. At least one. */
export function referenceShift(worsenings: readonly number[]): Shift {
  return {
    ratio: Math.exp(median(worsenings)),
    applied: true,
    reference: true,
    benchmarks: worsenings.length,
  };
}
