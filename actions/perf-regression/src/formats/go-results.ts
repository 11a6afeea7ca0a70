import type { Better } from '../measurement.ts';
import { assertFewEnough, type Collector } from './collector.ts';
import type { GoLine } from './go-line.ts';
import { goMetric } from './go-metric.ts';

interface Result {
  /** Where its name first stood. */
  readonly bytes: Buffer;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly line: number;
  /** In the order of its first line: mostly each line has the same. */
  readonly columns: Column[];
  /** What came after it the last time. */
  next: Result | undefined;
}

interface Column {
  readonly unit: Unit;
  /** The number that all lines have, so many times: bytes and counts mostly are like that. */
  readonly first: number;
  times: number;
  /** Where they differ: one a line, handed over in the end. */
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

/** Metrics of a benchmark that are read; none has more. */
const MOST_COLUMNS = 200;

/** Gathers the result lines of go bench: the same name again is a further sample. */
export class GoResults {
  /** By package, then by the name with its suffix. */
  readonly #packages = new Map<string, Map<string, Result>>();
  readonly #units = new Map<string, UnitRules>();
  readonly #metrics = new Map<string, GoMetric>();
  readonly #unitNames = new Map<string, Unit>();
  readonly #file: string;
  #count = 0;
  #last: Result | undefined;
  #lastPackage = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** @param bytes that the line was read from */
  add(pkg: string, given: GoLine, bytes: Buffer, line: number): void {
    const { columns } = this.#resultOf(pkg, given, bytes, line);
    for (let index = 0; index < given.count; index++) {
      const start = given.unitStarts[index] as number;
      const end = given.unitEnds[index] as number;
      const value = given.values[index] as number;
      const usual = columns[index];
      if (usual !== undefined && stands(usual.unit.bytes, bytes, start, end)) push(usual, value);
      else this.#addTo(columns, bytes.toString('utf8', start, end), value);
    }
  }

  /**
   * Of which benchmark a line is: mostly the same as the line before, or the one that came next the
   * last time. Only otherwise its name is made into a text and looked up.
   */
  #resultOf(pkg: string, given: GoLine, bytes: Buffer, line: number): Result {
    const last = this.#lastPackage === pkg ? this.#last : undefined;
    let result = last;
    if (last?.next !== undefined && isNamed(last.next, given, bytes)) result = last.next;
    else if (last === undefined || !isNamed(last, given, bytes)) {
      const names = this.#packages.get(pkg) ?? new Map<string, Result>();
      this.#packages.set(pkg, names);
      const { nameStart, nameEnd } = given;
      const name = bytes.toString('utf8', nameStart, nameEnd);
      result = names.get(name);
      if (result === undefined) {
        result = { bytes, nameStart, nameEnd, line, columns: [], next: undefined };
        names.set(name, result);
        assertFewEnough(++this.#count, this.#file);
      }
      if (last !== undefined) last.next = result;
    }
    this.#last = result;
    this.#lastPackage = pkg;
    return result as Result;
  }

  /** Into the column of a unit, a new one where it has none yet and not too many. */
  #addTo(columns: Column[], name: string, value: number): void {
    const known = columns.find(({ unit }) => unit.name === name);
    if (known !== undefined) push(known, value);
    if (known !== undefined || columns.length >= MOST_COLUMNS) return;
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

  /** The benchmarks that have a result, and those that have one within: `pkg\nX` for `X/n=5`. */
  measured(): ReadonlySet<string> {
    const measured = new Set<string>();
    for (const [pkg, names] of this.#packages) {
      for (const name of names.keys()) {
        const own = bare(name);
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
      // -8 is GOMAXPROCS, unless a name comes with several (-cpu 1,8; `size-10` and `size-20`).
      const suffixes = new Map<string, number>();
      for (const name of names.keys()) {
        suffixes.set(bare(name), (suffixes.get(bare(name)) ?? 0) + 1);
      }
      for (const [name, { line, columns }] of names) {
        const own = bare(name);
        const several = (suffixes.get(own) ?? 0) > 1;
        if (!several) into.environment('gomaxprocs', name.slice(own.length + 1) || '1');
        const benchmark = qualified(pkg, several ? name : own);
        for (const { unit: written, first, times, numbers } of columns) {
          const { metric, unit, exact, better } = this.#metricOf(written.name);
          const repeated = numbers ?? new Array<number>(times).fill(first);
          into.add({ benchmark, metric, unit, exact, better, repeated, line });
        }
      }
    }
  }

  #metricOf(unit: string): GoMetric {
    const known = this.#metrics.get(unit);
    if (known !== undefined) return known;
    const { better, exact } = this.#units.get(unit) ?? {};
    const own = goMetric(unit);
    const metric = { ...own, better, exact: exact ?? own.exact };
    this.#metrics.set(unit, metric);
    return metric;
  }
}

type GoMetric = ReturnType<typeof goMetric> & { readonly better: Better | undefined };

function push(column: Column, value: number): void {
  if (column.numbers !== undefined) column.numbers.push(value);
  else if (value === column.first) column.times++;
  else {
    column.numbers = new Array<number>(column.times).fill(column.first);
    column.numbers.push(value);
  }
}

function isNamed(
  { bytes: own, nameStart: at, nameEnd: end }: Result,
  { nameStart, nameEnd }: GoLine,
  bytes: Buffer,
): boolean {
  if (end - at !== nameEnd - nameStart) return false;
  for (let index = end - at - 1; index >= 0; index--) {
    // From behind: names of one file begin alike.
    if (own[at + index] !== bytes[nameStart + index]) return false;
  }
  return true;
}

function stands(wanted: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (wanted.length !== end - start) return false;
  for (let at = 0; at < wanted.length; at++) if (bytes[start + at] !== wanted[at]) return false;
  return true;
}

interface Start {
  readonly pkg: string;
  readonly name: string;
  readonly line: number;
  readonly failed: boolean;
}

/** The benchmarks of go bench that were begun, or are said to have failed. */
export class Begun {
  /** The name that was begun last and has no result yet. */
  last: string | undefined;
  readonly #starts = new Map<string, Start>();
  readonly #packages = new Map<string, number>();

  begin(pkg: string, name: string, line: number): void {
    this.last = name;
    this.#set(pkg, name, line, false);
  }

  fail(pkg: string, name: string, line: number): void {
    this.#set(pkg, name, line, true);
  }

  failPackage(pkg: string, line: number): void {
    this.#packages.set(pkg, line);
  }

  skip(pkg: string, name: string): void {
    this.#starts.delete(`${pkg}\n${bare(name)}`);
  }

  report(results: GoResults, into: Collector): void {
    const explained = new Set<string>();
    const measured = this.#starts.size === 0 ? new Set() : results.measured();
    for (const [key, { pkg, name, line, failed }] of this.#starts) {
      if (!failed && measured.has(key)) continue;
      const benchmark = qualified(pkg, name);
      if (failed || this.#packages.has(pkg)) {
        into.fail({ benchmark, state: 'failed', reason: 'go test says FAIL', line });
      } else {
        into.fail({ benchmark, state: 'no-value', reason: 'was begun and has no result', line });
      }
      explained.add(pkg);
    }
    for (const [benchmark, line] of this.#packages) {
      if (explained.has(benchmark)) continue;
      const reason = 'the package failed, panicked or was not built';
      into.fail({ benchmark, state: 'failed', reason, line });
    }
  }

  #set(pkg: string, name: string, line: number, failed: boolean): void {
    this.#starts.set(`${pkg}\n${bare(name)}`, { pkg, name: bare(name), line, failed });
  }
}

function qualified(pkg: string, name: string): string {
  return pkg === '' ? name : `${pkg}.${name}`;
}

/** Without `-8`. */
function bare(name: string): string {
  let at = name.length;
  while (at > 0 && isDigit(name.charCodeAt(at - 1))) at--;
  return at > 1 && at < name.length && name[at - 1] === '-' ? name.slice(0, at - 1) : name;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
