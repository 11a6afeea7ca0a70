/**
 * A percentile by nearest rank, so that the result is always one of the values. `undefined` if there
 * are none.
 *
 * @param sorted ascending
 * @param fraction from 0 to 1: 0.95 for p95
 */
export function percentile(sorted: readonly number[], fraction: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)];
}
