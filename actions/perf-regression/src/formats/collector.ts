import { plain } from '@repo/core/text/untrusted';
import { median } from '@repo/statistics/median';
import type { Better, Failure, Measurement } from '../measurement.ts';
import { inferDirection } from '../metric/metric.ts';
import { type CanonicalUnit, canonicalUnit } from '../metric/unit.ts';
import { FormatError } from './format-error.ts';
import { cleanName, type Reading, toNumber, toSpread } from './reading.ts';

/** A file may contain more metrics than fit into memory. */
const MAX_METRICS = 500_000;

/** @throws {FormatError} if there are more metrics or benchmarks than the limit */
export function assertMetricLimit(count: number, file: string): void {
  if (count <= MAX_METRICS) return;
  throw new FormatError({ file }, 'contains more than 500,000 metrics', 'Split the file.');
}

interface Series {
  readonly benchmark: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: Better;
  readonly exact: boolean;
  readonly file: string;
  readonly line: number | undefined;
  /** The samples or the single value of each reading. */
  readonly groups: (number | readonly number[])[];
  /** Centre and spread of the first reading. */
  readonly centre: number | undefined;
  readonly spread: Measurement['spread'];
  mixed: boolean;
}

/**
 * Collects the content of result files. The same benchmark and metric, repeated in one file or several,
 * becomes one measurement with samples.
 */
export class Collector {
  /** By benchmark and metric. */
  readonly #series = new Map<string, Map<string, Series>>();
  readonly #allSeries: Series[] = [];
  /** Caches, so that each of 100,000 names and units is cleaned and converted once. */
  readonly #names = new Map<string, string>();
  readonly #units = new Map<string, CanonicalUnit>();
  readonly #directions = new Map<string, Better>();
  readonly #failures: Failure[] = [];
  readonly #reported = new Set<string>();
  readonly #environment = new Map<string, string>();
  readonly #warnings = new Set<string>();
  #file = '';

  /** Starts a new file. */
  begin(file: string): void {
    this.#file = file;
  }

  get file(): string {
    return this.#file;
  }

  add(reading: Reading): void {
    const { unit, factor } = this.#parseUnit(reading.unit);
    const groups = this.#toGroups(reading, factor);
    if (groups === undefined) return;
    const benchmark = this.#cleanName(reading.benchmark);
    const metric = this.#cleanName(reading.metric);
    const existing = this.#series.get(benchmark)?.get(metric);
    if (existing === undefined) {
      const centre = toNumber(reading.value, factor);
      const series: Series = {
        benchmark,
        metric,
        unit,
        better: reading.better ?? this.#inferDirection(reading.unit, benchmark, metric),
        exact: reading.exact,
        file: this.#file,
        line: reading.line,
        groups,
        centre: typeof centre === 'number' ? centre : undefined,
        spread: toSpread(reading.spread, factor),
        mixed: false,
      };
      const metrics = this.#series.get(benchmark) ?? new Map<string, Series>();
      this.#series.set(benchmark, metrics.set(metric, series));
      this.#allSeries.push(series);
      assertMetricLimit(this.#allSeries.length, this.#file);
    } else if (existing.unit === unit) {
      for (const group of groups) existing.groups.push(group);
    } else if (!existing.mixed) {
      existing.mixed = true;
      const reason = `has the units ${existing.unit || 'none'} and ${unit || 'none'}`;
      const line = reading.line ?? reading.at?.line;
      this.fail({ benchmark, metric, state: 'mixed-units', reason, line });
    }
  }

  fail(failure: Omit<Failure, 'file' | 'line'> & { readonly line?: number | undefined }): void {
    const { benchmark, metric, state, reason, line } = failure;
    // Each repetition reports the same failure.
    const key = JSON.stringify([this.#file, benchmark, metric, state, reason]);
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#failures.push({
      benchmark: this.#cleanName(benchmark),
      ...(metric === undefined ? {} : { metric: this.#cleanName(metric) }),
      state,
      reason: plain(reason, 200) || 'the tool gives no reason',
      file: this.#file,
      ...(line === undefined ? {} : { line }),
    });
  }

  /** Sets a property of machine or tool; the first file wins. */
  environment(key: string, value: string | undefined): void {
    if (value !== undefined && !this.#environment.has(key)) {
      this.#environment.set(key, plain(value, 100));
    }
  }

  warn(sentence: string): void {
    this.#warnings.add(plain(sentence));
  }

  /** Whether neither a measurement nor a failure was read. */
  get isEmpty(): boolean {
    return this.#series.size === 0 && this.#failures.length === 0;
  }

  result() {
    const series = this.#allSeries.filter(({ mixed }) => !mixed);
    return {
      measurements: series.map(toMeasurement),
      failures: this.#failures,
      environment: Object.fromEntries(this.#environment),
      warnings: [...this.#warnings],
    };
  }

  /** One group per repeated value, or one group of samples; `undefined` without a number. */
  #toGroups(reading: Reading, factor: number): (number | readonly number[])[] | undefined {
    const { repeated, samples, value } = reading;
    if (repeated !== undefined && factor === 1 && repeated.every(Number.isFinite)) {
      return repeated;
    }
    const numbers = (repeated ?? samples ?? [value]).map((one) => toNumber(one, factor));
    const values = numbers.filter((number) => typeof number === 'number');
    const invalid = numbers.find((number) => typeof number === 'string');
    if (invalid !== undefined || values.length === 0) {
      this.#failReading(reading, invalid ?? 'no-value');
      // The valid ones of several repeated values are used.
      if (repeated === undefined || values.length === 0) return undefined;
    }
    return samples === undefined || repeated ? values : [values];
  }

  #inferDirection(unit: string, benchmark: string, metric: string): Better {
    const name = getMeaningfulName(benchmark, metric);
    if (name !== metric) return inferDirection(unit, name);
    const key = `${unit}\n${metric}`;
    const cached = this.#directions.get(key) ?? inferDirection(unit, metric);
    this.#directions.set(key, cached);
    return cached;
  }

  #parseUnit(written: string): CanonicalUnit {
    const cached = this.#units.get(written);
    if (cached) return cached;
    const found = canonicalUnit(written);
    const unit = { ...found, unit: plain(found.unit, 50) };
    this.#units.set(written, unit);
    return unit;
  }

  #cleanName(written: string): string {
    const cached = this.#names.get(written);
    if (cached !== undefined) return cached;
    const name = cleanName(written);
    this.#names.set(written, name);
    return name;
  }

  #failReading(reading: Reading, state: 'no-value' | 'not-a-number'): void {
    const { benchmark, metric, line = reading.at?.line } = reading;
    const reason = state === 'no-value' ? 'has no value' : 'is not a finite number';
    this.fail({ benchmark, metric, state, reason, line });
  }
}

function toMeasurement(series: Series): Measurement {
  const { benchmark, metric, unit, better, exact, groups, file, line } = series;
  const samples = areNumbers(groups) ? groups : groups.flat();
  const repeated = groups.length > 1;
  const nested = repeated && samples.length > groups.length;
  const base = { benchmark, metric, unit, better };
  const position = line === undefined ? { file } : { file, line };
  if (samples.length > 1) {
    return {
      ...base,
      kind: exact ? 'exact' : 'sampled',
      centre: (repeated ? undefined : series.centre) ?? computeCentre(samples),
      samples,
      ...(nested ? { runs: groups.map((group) => computeCentre([group].flat())) } : {}),
      ...(repeated || series.spread === undefined ? {} : { spread: series.spread }),
      ...position,
    };
  }
  return {
    ...base,
    kind: exact ? 'exact' : 'summary',
    centre: series.centre ?? samples[0] ?? Number.NaN,
    ...(series.spread === undefined ? {} : { spread: series.spread }),
    ...position,
  };
}

function areNumbers(groups: readonly (number | readonly number[])[]): groups is readonly number[] {
  return groups.every((group) => typeof group === 'number');
}

function computeCentre(values: readonly number[]): number {
  const [first = Number.NaN] = values;
  // Bytes and counts are usually all equal, which needs no sorting.
  return values.every((value) => value === first) ? first : median(values);
}

/** The name that the direction is inferred from: a metric named `value` has no meaning. */
function getMeaningfulName(benchmark: string, metric: string): string {
  return metric === 'value' || metric === 'mean' ? benchmark : metric;
}
