import type { Better } from '../measurement.ts';
import { assertMetricLimit, type Collector } from './collector.ts';
import type { GoLine } from './go-line.ts';
import { toGoMetric } from './go-metric.ts';
import { qualifyName, withoutSuffix } from './go-name.ts';

interface GoResult {
  /** The bytes of its first line, which contain its name. */
  readonly bytes: Buffer;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly line: number;
  /** In the order of the first line; the other lines usually have the same. */
  readonly columns: Column[];
  /** The result that followed it the last time. */
  next: GoResult | undefined;
}

interface Column {
  readonly unit: Unit;
  /** The value of all lines so far: bytes and counts are usually equal. */
  readonly first: number;
  times: number;
  /** One value per line, if they differ. */
  numbers: number[] | undefined;
}

interface Unit {
  readonly name: string;
  readonly bytes: Buffer;
}

interface UnitRules {
  readonly better: Better | undefined;
  readonly exact: boolean;
}

/** A benchmark with more metrics is not valid. */
const MAX_COLUMNS = 200;

/** Collects the result lines of go bench. Lines with the same name are samples. */
export class GoResults {
  /** By package and name, including the suffix. */
  readonly #packages = new Map<string, Map<string, GoResult>>();
  readonly #units = new Map<string, UnitRules>();
  readonly #metrics = new Map<string, GoMetric>();
  readonly #unitNames = new Map<string, Unit>();
  readonly #file: string;
  #count = 0;
  #last: GoResult | undefined;
  #lastPackage = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** @param bytes the bytes that the offsets refer to */
  add(pkg: string, given: GoLine, bytes: Buffer, line: number): void {
    const { columns } = this.#findResult(pkg, given, bytes, line);
    for (let index = 0; index < given.count; index++) {
      const start = given.unitStarts[index] as number;
      const end = given.unitEnds[index] as number;
      const value = given.values[index] as number;
      const column = columns[index];
      if (column !== undefined && isAt(column.unit.bytes, bytes, start, end)) push(column, value);
      else this.#addTo(columns, bytes.toString('utf8', start, end), value);
    }
  }

  /**
   * Finds the benchmark of a line. It is usually the one of the line before, or the one that followed
   * it the last time; only otherwise the name is decoded and looked up.
   */
  #findResult(pkg: string, given: GoLine, bytes: Buffer, line: number): GoResult {
    const last = this.#lastPackage === pkg ? this.#last : undefined;
    let result = last;
    if (last?.next !== undefined && isNamed(last.next, given, bytes)) result = last.next;
    else if (last === undefined || !isNamed(last, given, bytes)) {
      const names = this.#packages.get(pkg) ?? new Map<string, GoResult>();
      this.#packages.set(pkg, names);
      const { nameStart, nameEnd } = given;
      const name = bytes.toString('utf8', nameStart, nameEnd);
      result = names.get(name);
      if (result === undefined) {
        result = { bytes, nameStart, nameEnd, line, columns: [], next: undefined };
        names.set(name, result);
        assertMetricLimit(++this.#count, this.#file);
      }
      if (last !== undefined) last.next = result;
    }
    this.#last = result;
    this.#lastPackage = pkg;
    return result as GoResult;
  }

  /** Adds a value to the column of its unit, and creates the column if necessary. */
  #addTo(columns: Column[], name: string, value: number): void {
    const existing = columns.find(({ unit }) => unit.name === name);
    if (existing !== undefined) push(existing, value);
    if (existing !== undefined || columns.length >= MAX_COLUMNS) return;
    const unit = this.#unitNames.get(name) ?? { name, bytes: Buffer.from(name) };
    this.#unitNames.set(name, unit);
    columns.push({ unit, first: value, times: 1, numbers: undefined });
  }

  /** `Unit ns/op better=lower assume=exact`. */
  setUnit([, unit, ...settings]: readonly string[]): void {
    if (unit === undefined) return;
    const better = settings.find((one) => one.startsWith('better='))?.slice('better='.length);
    this.#units.set(unit, {
      better: better === 'higher' || better === 'lower' ? better : undefined,
      exact: settings.includes('assume=exact'),
    });
  }

  /** Keys of the benchmarks with a result, and of their parents: `pkg\nX` for `X/n=5`. */
  listMeasured(): ReadonlySet<string> {
    const measured = new Set<string>();
    for (const [pkg, names] of this.#packages) {
      for (const name of names.keys()) {
        const own = withoutSuffix(name);
        measured.add(`${pkg}\n${own}`);
        for (let at = own.indexOf('/'); at !== -1; at = own.indexOf('/', at + 1)) {
          measured.add(`${pkg}\n${own.slice(0, at)}`);
        }
      }
    }
    return measured;
  }

  report(into: Collector): void {
    for (const [pkg, names] of this.#packages) {
      // -8 is GOMAXPROCS, unless a name has several suffixes (-cpu 1,8; `size-10` and `size-20`).
      const suffixes = new Map<string, number>();
      for (const name of names.keys()) {
        suffixes.set(withoutSuffix(name), (suffixes.get(withoutSuffix(name)) ?? 0) + 1);
      }
      for (const [name, { line, columns }] of names) {
        const own = withoutSuffix(name);
        const several = (suffixes.get(own) ?? 0) > 1;
        if (!several) into.environment('gomaxprocs', name.slice(own.length + 1) || '1');
        const benchmark = qualifyName(pkg, several ? name : own);
        for (const { unit: written, first, times, numbers } of columns) {
          const { metric, unit, exact, better } = this.#getMetric(written.name);
          const repeated = numbers ?? new Array<number>(times).fill(first);
          into.add({ benchmark, metric, unit, exact, better, repeated, line });
        }
      }
    }
  }

  #getMetric(unit: string): GoMetric {
    const cached = this.#metrics.get(unit);
    if (cached !== undefined) return cached;
    const { better, exact } = this.#units.get(unit) ?? {};
    const own = toGoMetric(unit);
    const metric = { ...own, better, exact: exact ?? own.exact };
    this.#metrics.set(unit, metric);
    return metric;
  }
}

type GoMetric = ReturnType<typeof toGoMetric> & { readonly better: Better | undefined };

function push(column: Column, value: number): void {
  if (column.numbers !== undefined) column.numbers.push(value);
  else if (value === column.first) column.times++;
  else {
    column.numbers = new Array<number>(column.times).fill(column.first);
    column.numbers.push(value);
  }
}

function isNamed(
  { bytes: own, nameStart: at, nameEnd: end }: GoResult,
  { nameStart, nameEnd }: GoLine,
  bytes: Buffer,
): boolean {
  if (end - at !== nameEnd - nameStart) return false;
  for (let index = end - at - 1; index >= 0; index--) {
    // Backwards, because the names of a file usually have a common prefix.
    if (own[at + index] !== bytes[nameStart + index]) return false;
  }
  return true;
}

function isAt(expected: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (expected.length !== end - start) return false;
  for (let at = 0; at < expected.length; at++) if (bytes[start + at] !== expected[at]) return false;
  return true;
}
