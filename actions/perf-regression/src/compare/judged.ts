import type { Better } from '../measurement.ts';

/** What is said about one metric of one benchmark. */
export type State =
  | 'fail'
  | 'warn'
  /** Worse than a threshold, but it may be noise; or both sides cannot be compared. */
  | 'unknown'
  | 'improved'
  | 'unchanged'
  /** Nothing to compare with yet. */
  | 'new'
  | 'missing'
  | 'renamed'
  | 'failed'
  /** Its direction is not known, or `better: none`: shown, never gated. */
  | 'not-gated';

/** How it was found. */
type Method = 'two-sample' | 'history' | 'exact' | 'budget' | 'none';

/** One metric of one benchmark, judged. */
export interface Judged {
  readonly benchmark: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: Better;
  readonly state: State;
  readonly method: Method;
  /** A clause: why it is in this state. */
  readonly reason: string;
  readonly before?: number;
  readonly after?: number;
  /** after / before, as measured; left out where `before` is 0. */
  readonly ratio?: number;
  /** The ratio that was judged: estimated from the samples, the common shift divided out. */
  readonly adjusted?: number;
  /** Confidence interval of `adjusted`; an end is left out where the samples are too few. */
  readonly low?: number;
  readonly high?: number;
  readonly p?: number;
  readonly q?: number;
  /** Samples of each side, or runs of history. */
  readonly samples?: readonly [before: number, after: number];
  /** Samples of each side that would probably decide. */
  readonly samplesNeeded?: number;
  /** The commit at which the level changed, where the history shows one. */
  readonly since?: {
    readonly sha: string;
    readonly time: string;
    /** Into `trend`. */
    readonly index: number;
    readonly ratio: number;
  };
  /** The latest values of the history, oldest first, this run's last. */
  readonly trend?: readonly number[];
}
