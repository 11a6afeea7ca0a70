import type { Better } from '../measurement.ts';

export type MetricState =
  | 'fail'
  | 'warn'
  /** Worse than a threshold, but it may be noise; or the two sides are not comparable. */
  | 'unknown'
  | 'improved'
  | 'unchanged'
  /** Not in the baseline. */
  | 'new'
  /** In the baseline only. */
  | 'missing'
  /** In the results only, with a name like that of a missing one. */
  | 'renamed'
  /** The tool reports a failure, or the value is not a number. */
  | 'failed'
  /** Its direction is unknown, or `better: none`: reported, but never gated. */
  | 'not-gated';

/** How a metric was judged. */
type Method = 'two-sample' | 'history' | 'exact' | 'budget' | 'none';

/** The result of one metric of one benchmark: a row of the report. */
export interface MetricResult {
  readonly benchmark: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: Better;
  readonly state: MetricState;
  readonly method: Method;
  /** A clause that explains the state. */
  readonly reason: string;
  readonly before?: number;
  readonly after?: number;
  /** after / before, as measured; omitted if `before` is 0. */
  readonly ratio?: number;
  /** The ratio that was judged: estimated from the samples, without the common shift. */
  readonly adjusted?: number;
  /** Confidence interval of `adjusted`; omitted if there are too few samples. */
  readonly low?: number;
  readonly high?: number;
  readonly p?: number;
  readonly q?: number;
  /** Number of samples on each side, or of runs in the history. */
  readonly samples?: readonly [before: number, after: number];
  /** Number of samples on each side that would probably decide. */
  readonly samplesNeeded?: number;
  /** The latest change of level in the history. */
  readonly since?: {
    readonly sha: string;
    readonly time: string;
    /** Into `trend`. */
    readonly index: number;
    readonly ratio: number;
  };
  /** The latest values of the history, oldest first, then that of this run. */
  readonly trend?: readonly number[];
}
