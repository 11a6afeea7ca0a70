import { normalQuantile } from './normal.ts';

/** Efficiency of the rank test beside the t test where values are normal (Pitman): 3/π. */
const EFFICIENCY = 3 / Math.PI;
/** Nobody waits for more. */
const MOST = 1000;

/**
 * Samples on each side with which the interval of a ratio would end before `margin`, when it is as
 * far away as seen now: n = 2 · (z · σ / distance)² / (3/π). At most 1000; undefined where the ratio
 * is not beyond the margin at all.
 *
 * @param sigma standard deviation of the logarithms of one side's samples
 * @param distance |log ratio − log margin|
 */
export function samplesNeeded(sigma: number, distance: number, alpha: number): number | undefined {
  if (!(distance > 0)) return undefined;
  const z = normalQuantile(1 - alpha / 2);
  const n = (2 * (z * sigma) ** 2) / distance ** 2 / EFFICIENCY;
  return Math.min(MOST, Math.max(4, Math.ceil(n)));
}
