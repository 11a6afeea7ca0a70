import { median, medianDeviation } from '@repo/statistics/median';

/** Converts the MAD of a normal distribution to its standard deviation: 1/Φ⁻¹(¾). */
export const MAD_TO_SIGMA = 1.4826;

/** The expected range of the next value. */
export interface Band {
  readonly centre: number;
  readonly low: number;
  readonly high: number;
}

/** median ± k · 1.4826 · MAD (Hampel 1974): up to half of the values may be outliers. */
export function robustBand(values: readonly number[], k: number): Band {
  const centre = median(values);
  const reach = k * MAD_TO_SIGMA * medianDeviation(values, centre);
  return { centre, low: centre - reach, high: centre + reach };
}
