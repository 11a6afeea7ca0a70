import { percentile } from '@repo/statistics/percentile';

/** Percentiles in ms. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Percentiles by nearest rank, so each is a measured value; `undefined` without values. */
export function percentiles(values: readonly number[]): Percentiles | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [p50, p95, max] = [percentile(sorted, 0.5), percentile(sorted, 0.95), sorted.at(-1)];
  return p50 === undefined || p95 === undefined || max === undefined
    ? undefined
    : { p50, p95, max };
}
