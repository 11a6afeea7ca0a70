import type { Facts } from '../facts.ts';

/** A condition that a healthy target meets. */
export interface Expectation {
  /** As the user wrote it, for messages. */
  readonly source: string;
  /** The variables that it reads. */
  readonly reads: readonly string[];
  readonly judge: (facts: Facts) => Judgement;
}

export type Judgement =
  | { readonly met: true }
  /** `found`: the actual value as a clause, such as `status was 503`. Can contain untrusted text. */
  | { readonly met: false; readonly found: string };

export const MET: Judgement = { met: true };
