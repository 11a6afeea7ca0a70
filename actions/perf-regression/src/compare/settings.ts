import type { UDistributions } from '../statistics/u-distribution.ts';
import type { PolicyOf } from './pairing.ts';

/** Whether a shift that all benchmarks share is divided out. */
export type Normalize =
  | { readonly kind: 'auto' }
  | { readonly kind: 'off' }
  | { readonly kind: 'reference'; readonly glob: string };

/** What judging needs besides the measurements. */
export interface Settings {
  readonly policyOf: PolicyOf;
  /** 1 − confidence of the intervals. */
  readonly alpha: number;
  /** Samples of each side below which nothing is claimed. */
  readonly minSamples: number;
  readonly normalize: Normalize;
  readonly distributions: UDistributions;
}
