import { normalQuantile } from './normal.ts';

/** Efficiency of the rank test relative to the t test for normal values (Pitman): 3/π. */
const EFFICIENCY = 3 / Math.PI;
const MAX_SAMPLES = 1000;

/**
 * The q value of each p: the smallest false discovery rate at which it is significant. Benjamini &
 * Hochberg (1995): q of the i-th smallest of m is the smallest of p·m/i and those after it.
 */
export function qValues(ps: readonly number[]): readonly number[] {
  const order = ps.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const result = new Array<number>(ps.length);
  let smallest = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const { p, index } = order[rank - 1] as { p: number; index: number };
    smallest = Math.min(smallest, (p * ps.length) / rank);
    result[index] = smallest;
  }
  return result;
}

/**
 * The number of samples on each side with which the interval of a ratio would end before the margin:
 * n = 2 · (z · σ / distance)² / (3/π), at most 1000. `undefined` if the ratio is not beyond the
 * margin.
 *
 * @param sigma standard deviation of the logarithms of the samples of one side
 * @param distance |log ratio − log margin|
 */
export function samplesNeeded(sigma: number, distance: number, alpha: number): number | undefined {
  if (!(distance > 0)) return undefined;
  const z = normalQuantile(1 - alpha / 2);
  const n = (2 * (z * sigma) ** 2) / distance ** 2 / EFFICIENCY;
  return Math.min(MAX_SAMPLES, Math.max(4, Math.ceil(n)));
}
