import { EXACT_UP_TO } from './mann-whitney.ts';
import { normalQuantile } from './normal.ts';
import type { UDistributions } from './u-distribution.ts';

/** An estimate with its confidence interval, which is unbounded for too few samples. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Estimates the ratio of the second sample to the first, with a confidence interval.
 *
 * Hodges & Lehmann (1963): the median of all differences, here of logarithms. The interval is made
 * of order statistics of these differences, the C-th from below and above, C from the distribution
 * of U (Hollander & Wolfe, "Nonparametric Statistical Methods", 4.3; for large samples its normal
 * approximation). All values must be positive.
 *
 * @param alpha 1 − confidence
 */
export function estimateRatio(
  before: readonly number[],
  after: readonly number[],
  alpha: number,
  distributions: UDistributions,
): Interval {
  return estimateRatioOfLogs(logs(before), logs(after), alpha, distributions);
}

/** The same for logarithms. */
export function estimateRatioOfLogs(
  from: Float64Array,
  to: Float64Array,
  alpha: number,
  distributions: UDistributions,
): Interval {
  const [n, m] = [from.length, to.length];
  const differences = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) differences[i * m + j] = (to[j] as number) - (from[i] as number);
  }
  differences.sort();
  const count = n * m;
  const rank = findRank(n, m, alpha, distributions);
  return {
    estimate: Math.exp(
      ((differences[(count - 1) >> 1] as number) + (differences[count >> 1] as number)) / 2,
    ),
    low: rank < 1 ? 0 : Math.exp(differences[rank - 1] as number),
    high: rank < 1 ? Number.POSITIVE_INFINITY : Math.exp(differences[count - rank] as number),
  };
}

function logs(values: readonly number[]): Float64Array {
  return Float64Array.from(values, Math.log);
}

/** The largest C with P(U ≤ C − 1) ≤ α/2; 0 if the samples are too small. */
function findRank(n: number, m: number, alpha: number, distributions: UDistributions): number {
  if (Math.max(n, m) > EXACT_UP_TO) {
    const deviation = Math.sqrt((n * m * (n + m + 1)) / 12);
    return Math.max(0, Math.floor((n * m) / 2 - normalQuantile(1 - alpha / 2) * deviation));
  }
  const { cdf } = distributions(n, m);
  let rank = 0;
  while (rank < (n * m) / 2 && cdf(rank) <= alpha / 2) rank++;
  return rank;
}
