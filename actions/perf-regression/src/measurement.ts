/** In which direction a metric gets better: `none` is never gated, `unknown` is reported only. */
export type Better = 'lower' | 'higher' | 'none' | 'unknown';

/** One benchmark's metric as one or more files tell it. */
export interface Measurement {
  /**
   * Full name with its parameters, and its package where the tool has one; without `-8`
   * (GOMAXPROCS), without absolute paths. Text from outside.
   */
  readonly benchmark: string;
  /** `time`, `throughput`, `B/op`, `allocs/op`, …, or a generic metric's own name. */
  readonly metric: string;
  /**
   * The canonical unit, into which all numbers here are converted already: `ns`, `B`, `B/s`,
   * `ops/s`, `%`, `count`, `''`, or a unit of the user's own (`cycles`, `req/s`) as written.
   */
  readonly unit: string;
  readonly better: Better;
  /**
   * `sampled`: `samples` of repeated measurements. `summary`: the tool's own summary of a noisy
   * metric, which can't claim significance. `exact`: bytes, counts, instructions, coverage: one
   * number says all (several files may still differ: `samples` has them then).
   */
  readonly kind: 'sampled' | 'summary' | 'exact';
  /** Median of the samples, or what the tool calls the centre. Always finite. */
  readonly centre: number;
  /** In the order of measuring; finite, at least one; can be 100,000 long (pytest). */
  readonly samples?: readonly number[];
  /** The centre of each run, where several files (or repeated processes) were merged. */
  readonly runs?: readonly number[];
  /** As the tool says it; never used for significance. */
  readonly spread?: { readonly low: number; readonly high: number };
  readonly file: string;
  readonly line?: number;
}

/** What a file says about a benchmark, other than a number that can be compared. */
export interface Failure {
  readonly benchmark: string;
  /** Left out where the benchmark as a whole gave nothing. */
  readonly metric?: string;
  /**
   * `failed`: the tool says so. `not-a-number`: NaN or infinite. `no-value`: null, or a statistic
   * left out. `mixed-units`: the same metric in units that do not convert into each other.
   */
  readonly state: 'failed' | 'not-a-number' | 'no-value' | 'mixed-units';
  /** A clause in the tool's or our words. Text from outside. */
  readonly reason: string;
  readonly file: string;
  readonly line?: number;
}

/** What was read from one or more files of one kind. */
export interface ReadResult {
  /** Registry name, or names joined by ` + ` where the files differ. */
  readonly format: string;
  readonly measurements: readonly Measurement[];
  readonly failures: readonly Failure[];
  /** What the files say of the machine and tool: `goos`, `cpu`, `version`, … */
  readonly environment: Readonly<Record<string, string>>;
  /** Sentences; text from outside. */
  readonly warnings: readonly string[];
}
