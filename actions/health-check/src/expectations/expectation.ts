import type { Facts } from '../kinds/kind.ts';

/** Something that a good target shows. */
export interface Expectation {
  /** As the user wrote it, for messages. */
  readonly source: string;
  /** The variables that it reads. */
  readonly reads: readonly string[];
  readonly judge: (facts: Facts) => Judgement;
}

export type Judgement =
  | { readonly met: true }
  /** `found` says what was there instead, as a clause: `status was 503`. May hold foreign text. */
  | { readonly met: false; readonly found: string };

export const MET: Judgement = { met: true };
