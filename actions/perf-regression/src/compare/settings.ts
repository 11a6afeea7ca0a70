import type { PolicyLookup } from '../rules/rules.ts';
import type { UDistributions } from '../statistics/u-distribution.ts';

/** Whether the common shift of all benchmarks is removed. */
export type Normalize =
  | { readonly kind: 'auto' }
  | { readonly kind: 'off' }
  | { readonly kind: 'reference'; readonly glob: string };

/** What a comparison needs besides the measurements. */
export interface Settings {
  readonly policyFor: PolicyLookup;
  /** Significance level: 1 − confidence of the intervals. */
  readonly alpha: number;
  /** Samples on each side that are required to judge a noisy metric. */
  readonly minSamples: number;
  readonly normalize: Normalize;
  readonly distributions: UDistributions;
}
