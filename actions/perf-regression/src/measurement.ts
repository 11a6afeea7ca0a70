/** The direction in which a metric gets better; `none` and `unknown` are never gated. */
export type Better = 'lower' | 'higher' | 'none' | 'unknown';

/** One metric of one benchmark, read from one or more files. */
export interface Measurement {
  /**
   * Full name with its parameters and its package, without `-8` (GOMAXPROCS) and absolute paths.
   * Untrusted text.
   */
  readonly benchmark: string;
  /** `time`, `throughput`, `B/op`, `allocs/op`, or another name. */
  readonly metric: string;
  /**
   * The canonical unit of all numbers: `ns`, `B`, `B/s`, `ops/s`, `%`, `count`, `''`, or another unit
   * (`cycles`, `req/s`) as written.
   */
  readonly unit: string;
  readonly better: Better;
  /**
   * `sampled`: `samples` of repeated measurements. `summary`: a single value of a noisy metric, which
   * cannot be significant. `exact`: bytes, counts, instructions, coverage, where one value is enough
   * (if several files differ, `samples` contains them).
   */
  readonly kind: 'sampled' | 'summary' | 'exact';
  /** Median of the samples, or the centre that the tool reports. Always finite. */
  readonly centre: number;
  /** In the order of measuring; finite, at least one, up to 100,000 (pytest). */
  readonly samples?: readonly number[];
  /** The centre of each run if several files or processes were merged. */
  readonly runs?: readonly number[];
  /** As the tool reports it; not used for significance. */
  readonly spread?: { readonly low: number; readonly high: number };
  readonly file: string;
  readonly line?: number;
}

/** A benchmark without a comparable value. */
export interface Failure {
  readonly benchmark: string;
  /** Omitted if the whole benchmark has no value. */
  readonly metric?: string;
  /**
   * `failed`: the tool reports a failure. `not-a-number`: NaN or infinite. `no-value`: null or a
   * missing statistic. `mixed-units`: one metric in units that are not convertible.
   */
  readonly state: 'failed' | 'not-a-number' | 'no-value' | 'mixed-units';
  /** A clause; untrusted text. */
  readonly reason: string;
  readonly file: string;
  readonly line?: number;
}

/** The content of one or more result files. */
export interface ReadResult {
  /** Name of the format, or several names joined by ` + `. */
  readonly format: string;
  readonly measurements: readonly Measurement[];
  readonly failures: readonly Failure[];
  /** Machine and tool: `goos`, `cpu`, `version`, … */
  readonly environment: Readonly<Record<string, string>>;
  /** Sentences; untrusted text. */
  readonly warnings: readonly string[];
}
