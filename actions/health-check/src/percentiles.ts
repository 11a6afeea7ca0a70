/** Middle, upper end and maximum of some durations, ms. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Percentiles by nearest rank: always a value that was measured. `undefined` for no values. */
export function percentiles(values: readonly number[]): Percentiles | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const [p50, p95, max] = [rank(0.5), rank(0.95), sorted.at(-1)];
  return p50 === undefined || p95 === undefined || max === undefined
    ? undefined
    : { p50, p95, max };
}
