import { createHash } from 'node:crypto';
import { plain } from '@repo/core/text/untrusted';
import { median } from '@repo/statistics/median';
import type { Better, Failure, Measurement } from '../measurement.ts';
import { directionOf } from '../metric/direction.ts';
import { type CanonicalUnit, canonicalUnit } from '../metric/unit.ts';
import { FormatError } from './format-error.ts';

/** Longest name of a benchmark or metric that is kept. */
const LONGEST_NAME = 500;

/** Metrics that are read; a file has room for more than the memory. */
const MOST_METRICS = 500_000;

/** Throws where there are more metrics, or benchmarks, than anybody has. */
export function assertFewEnough(count: number, file: string): void {
  if (count <= MOST_METRICS) return;
  throw new FormatError({ file }, 'holds more than 500,000 metrics', 'Split it up.');
}

/** A number, or several, as a tool writes them. */
export interface Reading {
  readonly benchmark: string;
  readonly metric: string;
  /** As the tool writes it; converted into its canonical form. */
  readonly unit: string;
  /** The tool's one number. What is no finite number becomes a failure. */
  readonly value?: unknown;
  /** Instead of the value: the same said several times, by runs of their own. Is taken over. */
  readonly repeated?: number[];
  /** Instead of the value, or with it: repeated measurements. */
  readonly samples?: readonly unknown[];
  /** In the tool's unit. */
  readonly spread?: { readonly low: unknown; readonly high: unknown };
  /** Left out: by unit and name. */
  readonly better?: Better | undefined;
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
  readonly groups: (number | readonly number[])[];
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
  /** By benchmark, then by metric. */
  readonly #series = new Map<string, Map<string, Series>>();
  readonly #inOrder: Series[] = [];
  /** Names and units as they are written: 100,000 of them must not each be cleaned and converted. */
  readonly #names = new Map<string, string>();
  readonly #units = new Map<string, CanonicalUnit>();
  readonly #directions = new Map<string, Better>();
  readonly #failures: Failure[] = [];
  readonly #told = new Set<string>();
  readonly #environment = new Map<string, string>();
  readonly #warnings = new Set<string>();
  #file = '';

  /** The file that is read from now on. */
  begin(file: string): void {
    this.#file = file;
  }

  get file(): string {
    return this.#file;
  }

  add(reading: Reading): void {
    const { unit, factor } = this.#unitOf(reading.unit);
    const groups = this.#groupsOf(reading, factor);
    if (groups === undefined) return;
    const benchmark = this.#nameOf(reading.benchmark);
    const metric = this.#nameOf(reading.metric);
    const known = this.#series.get(benchmark)?.get(metric);
    if (known === undefined) {
      const centre = toNumber(reading.value, factor);
      const series: Series = {
        benchmark,
        metric,
        unit,
        better: reading.better ?? this.#directionOf(reading.unit, benchmark, metric),
        exact: reading.exact,
        file: this.#file,
        line: reading.line,
        groups,
        centre: typeof centre === 'number' ? centre : undefined,
        spread: spreadOf(reading.spread, factor),
        mixed: false,
      };
      const metrics = this.#series.get(benchmark) ?? new Map<string, Series>();
      this.#series.set(benchmark, metrics.set(metric, series));
      this.#inOrder.push(series);
      assertFewEnough(this.#inOrder.length, this.#file);
    } else if (known.unit === unit) {
      for (const group of groups) known.groups.push(group);
    } else if (!known.mixed) {
      known.mixed = true;
      const reason = `is given in ${known.unit || 'no unit'} and in ${unit || 'no unit'}`;
      const line = reading.line ?? reading.at?.line;
      this.fail({ benchmark, metric, state: 'mixed-units', reason, line });
    }
  }

  fail(failure: Omit<Failure, 'file' | 'line'> & { readonly line?: number | undefined }): void {
    const { benchmark, metric, state, reason, line } = failure;
    // Each repetition fails for itself.
    const known = JSON.stringify([this.#file, benchmark, metric, state, reason]);
    if (this.#told.has(known)) return;
    this.#told.add(known);
    this.#failures.push({
      benchmark: this.#nameOf(benchmark),
      ...(metric === undefined ? {} : { metric: this.#nameOf(metric) }),
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
    const series = this.#inOrder.filter(({ mixed }) => !mixed);
    return {
      measurements: series.map(measurementOf),
      failures: this.#failures,
      environment: Object.fromEntries(this.#environment),
      warnings: [...this.#warnings],
    };
  }

  /** Each a value of its own, or together one list of samples; nothing where there is no number. */
  #groupsOf(reading: Reading, factor: number): (number | readonly number[])[] | undefined {
    const { repeated, samples, value } = reading;
    if (repeated !== undefined && factor === 1 && repeated.every(Number.isFinite)) {
      return repeated;
    }
    const numbers = (repeated ?? samples ?? [value]).map((one) => toNumber(one, factor));
    const values = numbers.filter((number) => typeof number === 'number');
    const bad = numbers.find((number) => typeof number === 'string');
    if (bad !== undefined || values.length === 0) {
      this.#unusable(reading, bad ?? 'no-value');
      // Of several lines, the others still count.
      if (repeated === undefined || values.length === 0) return undefined;
    }
    return samples === undefined || repeated ? values : [values];
  }

  #directionOf(unit: string, benchmark: string, metric: string): Better {
    const name = nameWithMeaning(benchmark, metric);
    if (name !== metric) return directionOf(unit, name);
    const key = `${unit}\n${metric}`;
    const known = this.#directions.get(key) ?? directionOf(unit, metric);
    this.#directions.set(key, known);
    return known;
  }

  #unitOf(written: string): CanonicalUnit {
    const known = this.#units.get(written);
    if (known) return known;
    const found = canonicalUnit(written);
    const unit = { ...found, unit: plain(found.unit, 50) };
    this.#units.set(written, unit);
    return unit;
  }

  #nameOf(written: string): string {
    const known = this.#names.get(written);
    if (known !== undefined) return known;
    const name = cleanName(written);
    this.#names.set(written, name);
    return name;
  }

  #unusable(reading: Reading, state: 'no-value' | 'not-a-number'): void {
    const { benchmark, metric, line = reading.at?.line } = reading;
    const reason = state === 'no-value' ? 'has no value' : 'is not a finite number';
    this.fail({ benchmark, metric, state, reason, line });
  }
}

function measurementOf(series: Series): Measurement {
  const { benchmark, metric, unit, better, exact, groups, file, line } = series;
  const samples = areNumbers(groups) ? groups : groups.flat();
  const repeated = groups.length > 1;
  const nested = repeated && samples.length > groups.length;
  const own = { benchmark, metric, unit, better };
  const place = line === undefined ? { file } : { file, line };
  if (samples.length > 1) {
    return {
      ...own,
      kind: exact ? 'exact' : 'sampled',
      centre: (repeated ? undefined : series.centre) ?? centreOf(samples),
      samples,
      ...(nested ? { runs: groups.map((group) => centreOf([group].flat())) } : {}),
      ...(repeated || series.spread === undefined ? {} : { spread: series.spread }),
      ...place,
    };
  }
  return {
    ...own,
    kind: exact ? 'exact' : 'summary',
    centre: series.centre ?? samples[0] ?? Number.NaN,
    ...(series.spread === undefined ? {} : { spread: series.spread }),
    ...place,
  };
}

function areNumbers(groups: readonly (number | readonly number[])[]): groups is readonly number[] {
  return groups.every((group) => typeof group === 'number');
}

/** A number as JSON writers write it, some of whom give NaN and infinity as text; converted. */
function toNumber(value: unknown, factor: number): number | 'no-value' | 'not-a-number' {
  if (typeof value === 'number')
    return Number.isFinite(value * factor) ? value * factor : NOT_FINITE;
  if (typeof value !== 'string' || value.length > 50 || value.trim() === '') return 'no-value';
  if (/^[+\-±]?(?:nan|inf|infinity)$/i.test(value)) return NOT_FINITE;
  const number = Number(value);
  return Number.isNaN(number) ? 'no-value' : toNumber(number, factor);
}

const NOT_FINITE = 'not-a-number';

function spreadOf(spread: Reading['spread'], factor: number): Measurement['spread'] {
  if (spread === undefined) return undefined;
  const low = toNumber(spread.low, factor);
  const high = toNumber(spread.high, factor);
  return typeof low === 'number' && typeof high === 'number' ? { low, high } : undefined;
}

function centreOf(values: readonly number[]): number {
  const [first = Number.NaN] = values;
  // Bytes and counts mostly are all the same.
  return values.every((value) => value === first) ? first : median(values);
}

/** What `value` means only the benchmark's name can tell; else it must not speak for the metric. */
function nameWithMeaning(benchmark: string, metric: string): string {
  return metric === 'value' || metric === 'mean' ? benchmark : metric;
}

/** What most names are made of: nothing in it that could do harm. */
const HARMLESS = /^[!-~]+$/;

/** Cut where it is too long, but not so that two names become one. */
function cleanName(text: string): string {
  const isHarmless = HARMLESS.test(text) && !text.includes('::') && !text.includes('##[');
  if (isHarmless && text.length <= LONGEST_NAME) return text;
  if (text.length <= LONGEST_NAME) return plain(text, LONGEST_NAME) || '(no name)';
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${plain(text, LONGEST_NAME)} ${digest}`;
}
