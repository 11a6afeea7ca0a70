import { createHash } from 'node:crypto';
import { plain } from '@repo/core/untrusted';
import type { Better, Failure, Measurement } from '../measurement.ts';
import { directionOf } from '../metric/direction.ts';
import { canonicalUnit } from '../metric/unit.ts';

/** Longest name of a benchmark or metric that is kept. */
const LONGEST_NAME = 500;

/** A number, or several, as a tool writes them. */
export interface Reading {
  readonly benchmark: string;
  readonly metric: string;
  /** As the tool writes it; converted into its canonical form. */
  readonly unit: string;
  /** The tool's one number. What is no finite number becomes a failure. */
  readonly value?: unknown;
  /** Instead of the value, or with it: repeated measurements. */
  readonly samples?: readonly unknown[];
  /** In the tool's unit. */
  readonly spread?: { readonly low: unknown; readonly high: unknown };
  /** Left out: by unit and name. */
  readonly better?: Better;
  /** Is one number the whole truth (bytes, counts), or one draw of a noisy metric? */
  readonly exact: boolean;
  readonly line?: number | undefined;
  /** Instead of the line, which in JSON takes time to find: asked only for failures. */
  readonly at?: { readonly line: number | undefined };
}

interface Series {
  readonly benchmark: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: Better;
  readonly exact: boolean;
  readonly file: string;
  readonly line: number | undefined;
  /** The samples of each reading, or its one number. */
  readonly groups: (readonly number[])[];
  /** What the first reading's tool calls its centre, and the range around it. */
  readonly centre: number | undefined;
  readonly spread: Measurement['spread'];
  mixed: boolean;
}

/**
 * Gathers what the files say. The same benchmark and metric said again, in one file or several,
 * becomes one measurement with samples.
 */
export class Collector {
  readonly #series = new Map<string, Series>();
  /** The same by what the tool wrote: 300,000 lines must not each be cleaned and converted. */
  readonly #known = new Map<string, { readonly series: Series; readonly factor: number }>();
  readonly #failures: Failure[] = [];
  readonly #told = new Set<string>();
  readonly #environment = new Map<string, string>();
  readonly #warnings = new Set<string>();
  #file = '';

  /** The file that is read from now on. */
  begin(file: string): void {
    this.#file = file;
  }

  add(reading: Reading): void {
    const written = `${reading.benchmark}\n${reading.metric}\n${reading.unit}`;
    const known = this.#known.get(written);
    if (known && reading.samples === undefined && Number.isFinite(reading.value)) {
      known.series.groups.push([Number(reading.value) * known.factor]);
    } else {
      const series = this.#addFirst(reading);
      if (series) this.#known.set(written, series);
    }
  }

  #addFirst(reading: Reading): { series: Series; factor: number } | undefined {
    const { unit: own, factor } = canonicalUnit(reading.unit);
    const numbers = (reading.samples ?? [reading.value]).map(toNumber);
    const bad = numbers.find((number) => typeof number === 'string');
    const centre = reading.value === undefined ? undefined : toNumber(reading.value);
    const values = numbers.filter((number) => typeof number === 'number').map((n) => n * factor);
    if (bad !== undefined || values.length === 0 || !values.every(Number.isFinite)) {
      this.#unusable(reading, bad ?? (values.length === 0 ? 'no-value' : 'not-a-number'));
      return undefined;
    }
    const unit = plain(own, 50);
    const benchmark = nameOf(reading.benchmark);
    const metric = nameOf(reading.metric);
    const key = `${benchmark}\n${metric}`;
    const known = this.#series.get(key);
    if (known === undefined) {
      const series: Series = {
        benchmark,
        metric,
        unit,
        better: reading.better ?? directionOf(reading.unit, nameWithMeaning(benchmark, metric)),
        exact: reading.exact,
        file: this.#file,
        line: reading.line,
        groups: [values],
        centre: typeof centre === 'number' ? centre * factor : undefined,
        spread: spreadOf(reading.spread, factor),
        mixed: false,
      };
      this.#series.set(key, series);
      return { series, factor };
    }
    if (known.unit === unit) {
      known.groups.push(values);
      return { series: known, factor };
    }
    if (!known.mixed) {
      known.mixed = true;
      const reason = `is given in ${known.unit || 'no unit'} and in ${unit || 'no unit'}`;
      this.fail({ benchmark, metric, state: 'mixed-units', reason, line: reading.line });
    }
    return undefined;
  }

  fail(failure: Omit<Failure, 'file' | 'line'> & { readonly line?: number | undefined }): void {
    const { benchmark, metric, state, reason, line } = failure;
    // Each repetition fails for itself.
    const known = JSON.stringify([this.#file, benchmark, metric, state, reason]);
    if (this.#told.has(known)) return;
    this.#told.add(known);
    this.#failures.push({
      benchmark: nameOf(benchmark),
      ...(metric === undefined ? {} : { metric: nameOf(metric) }),
      state,
      reason: plain(reason, 200) || 'the tool gives no reason',
      file: this.#file,
      ...(line === undefined ? {} : { line }),
    });
  }

  /** What the tool says of machine or version; the first file that says it counts. */
  environment(key: string, value: string | undefined): void {
    if (value !== undefined && !this.#environment.has(key)) {
      this.#environment.set(key, plain(value, 100));
    }
  }

  warn(sentence: string): void {
    this.#warnings.add(plain(sentence));
  }

  /** Has anything been said, good or bad? */
  get empty(): boolean {
    return this.#series.size === 0 && this.#failures.length === 0;
  }

  result() {
    const series = [...this.#series.values()].filter(({ mixed }) => !mixed);
    return {
      measurements: series.map(measurementOf),
      failures: this.#failures,
      environment: Object.fromEntries(this.#environment),
      warnings: [...this.#warnings],
    };
  }

  #unusable(reading: Reading, state: 'no-value' | 'not-a-number'): void {
    const { benchmark, metric, line = reading.at?.line } = reading;
    const reason = state === 'no-value' ? 'has no value' : 'is not a finite number';
    this.fail({ benchmark, metric, state, reason, line });
  }
}

function measurementOf(series: Series): Measurement {
  const { benchmark, metric, unit, better, exact, groups, file, line } = series;
  const samples = groups.length === 1 ? (groups[0] ?? []) : groups.flat();
  const repeated = groups.length > 1;
  const single = samples.length === 1;
  const nested = repeated && samples.length > groups.length;
  return {
    benchmark,
    metric,
    unit,
    better,
    kind: exact ? 'exact' : single ? 'summary' : 'sampled',
    centre: (repeated ? undefined : series.centre) ?? median(samples),
    ...(single ? {} : { samples }),
    ...(nested ? { runs: groups.map(median) } : {}),
    ...(repeated || series.spread === undefined ? {} : { spread: series.spread }),
    file,
    ...(line === undefined ? {} : { line }),
  };
}

/** A number as JSON writers write it: some give NaN and infinity as text. */
function toNumber(value: unknown): number | 'no-value' | 'not-a-number' {
  if (typeof value === 'number') return Number.isFinite(value) ? value : 'not-a-number';
  if (typeof value === 'string' && value.length < 50) {
    if (/^[+\-±]?(?:nan|inf|infinity)$/i.test(value)) return 'not-a-number';
    const number = value.trim() === '' ? Number.NaN : Number(value);
    if (Number.isFinite(number)) return number;
  }
  return 'no-value';
}

function spreadOf(spread: Reading['spread'], factor: number): Measurement['spread'] {
  const low = toNumber(spread?.low);
  const high = toNumber(spread?.high);
  if (typeof low !== 'number' || typeof high !== 'number') return undefined;
  return { low: low * factor, high: high * factor };
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  // Halved first: the sum of two huge numbers is infinite.
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1] ?? upper) / 2 + upper / 2;
}

/** What `value` means only the benchmark's name can tell; else it must not speak for the metric. */
function nameWithMeaning(benchmark: string, metric: string): string {
  return metric === 'value' || metric === 'mean' ? benchmark : metric;
}

/** Cut where it is too long, but not so that two names become one. */
function nameOf(text: string): string {
  if (text.length <= LONGEST_NAME) return plain(text, LONGEST_NAME) || '(no name)';
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${plain(text, LONGEST_NAME)} ${digest}`;
}
