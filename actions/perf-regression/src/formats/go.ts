import type { Better } from '../measurement.ts';
import { canonicalUnit } from '../metric/unit.ts';
import type { Collector } from './collector.ts';
import { anyOf, textFormat } from './format.ts';
import { jsonLines } from './text/json-lines.ts';
import { linesOf } from './text/lines.ts';

/** `goos:`, `goarch:`, `pkg:`, `cpu:` and a user's own, as Go's benchmark format defines them. */
const CONFIGURATION = /^([a-z][^\s:A-Z]*):[ \t]*(.*)$/;
const RESULT = /^Benchmark\S*[ \t]+\d+[ \t]+\S+[ \t]+[^\s\d]/m;
/** `=== RUN`, `--- BENCH`, `--- FAIL: BenchmarkX`. */
const FAILED = /^[ \t]*--- FAIL: Benchmark(\S+)/;
const SKIPPED = /^[ \t]*--- SKIP: Benchmark(\S+)/;

interface UnitRules {
  readonly better: Better | undefined;
  readonly exact: boolean;
}

interface Result {
  readonly pkg: string;
  readonly name: string;
  readonly fields: readonly string[];
  /** Where the first number with a unit stands in the fields. */
  readonly from: number;
  readonly line: number;
}

/**
 * What `go test -bench` prints, as golang.org/design/14313-benchmark-format defines it, also as
 * the events of `go test -json`.
 */
export const go = anyOf(
  textFormat(
    (head) => (RESULT.test(head) ? 0.95 : /^(?:Benchmark\S+|ok {2}\t\S+\t)/m.test(head) ? 0.5 : 0),
    readLines,
  ),
  textFormat(
    (head) => (/^\{"(?:Time|Action|ImportPath)":/.test(head) ? 0.95 : 0),
    (text, into) => readLines(outputOf(text), into),
  ),
);

function readLines(text: string, into: Collector): void {
  const results: Result[] = [];
  const unfinished = new Map<string, { name: string; line: number }>();
  const failed = new Set<string>();
  const failedPackages = new Map<string, number>();
  const units = new Map<string, UnitRules>();
  let pkg = '';
  let begun: { readonly name: string; readonly line: number } | undefined;

  for (const { text: line, number } of linesOf(text)) {
    if (line.startsWith('Benchmark')) {
      const fields = line.split(/[ \t]+/);
      const name = (fields[0] ?? '').slice('Benchmark'.length);
      if (isCount(fields[1]) && fields.length >= 4) {
        results.push({ pkg, name, fields, from: 2, line: number });
      } else {
        // The name alone comes first with -v, and when the benchmark prints something itself.
        begun = { name, line: number };
        unfinished.set(`${pkg}\n${bare(name)}`, begun);
      }
    } else if (begun && /^[ \t]+\d+[ \t]+[\d.]+(?:e[+-]?\d+)? \S/.test(line)) {
      const fields = line.trim().split(/[ \t]+/);
      results.push({ pkg, name: begun.name, fields, from: 1, line: number });
      begun = undefined;
    } else if (line.startsWith('Unit ')) {
      readUnit(line, units);
    } else if (FAILED.test(line)) {
      const name = bare(FAILED.exec(line)?.[1] ?? '');
      unfinished.set(`${pkg}\n${name}`, { name, line: number });
      failed.add(`${pkg}\n${name}`);
    } else if (line.startsWith('FAIL\t')) {
      failedPackages.set(line.split(/[ \t]+/)[1] ?? pkg, number);
    } else if (SKIPPED.test(line)) {
      unfinished.delete(`${pkg}\n${bare(SKIPPED.exec(line)?.[1] ?? '')}`);
    } else {
      const [, key, value = ''] = CONFIGURATION.exec(line) ?? [];
      if (key === 'pkg') pkg = value;
      else if (key === 'goos' || key === 'goarch' || key === 'cpu') into.environment(key, value);
    }
  }
  report(results, units, into);
  for (const { pkg: of, name } of results) {
    // A benchmark of which others are named `X/…` has no result of its own.
    for (const own of [bare(name), name.slice(0, name.indexOf('/'))]) {
      if (!failed.has(`${of}\n${own}`)) unfinished.delete(`${of}\n${own}`);
    }
  }
  const explained = new Set<string>();
  for (const [key, { name, line }] of unfinished) {
    const of = key.slice(0, key.indexOf('\n'));
    const benchmark = qualified(of, bare(name));
    if (failed.has(key) || failedPackages.has(of)) {
      into.fail({ benchmark, state: 'failed', reason: 'go test says FAIL', line });
    } else {
      into.fail({ benchmark, state: 'no-value', reason: 'was begun and has no result', line });
    }
    explained.add(of);
  }
  for (const [benchmark, line] of failedPackages) {
    if (explained.has(benchmark)) continue;
    const reason = 'the package failed, panicked or was not built';
    into.fail({ benchmark, state: 'failed', reason, line });
  }
}

function report(
  results: readonly Result[],
  units: ReadonlyMap<string, UnitRules>,
  into: Collector,
) {
  // -8 is GOMAXPROCS, unless the same name comes with several of it (-cpu 1,8; `size-10`, `size-20`).
  const suffixes = new Map<string, Set<string>>();
  for (const { pkg, name } of results) {
    const key = `${pkg}\n${bare(name)}`;
    const known = suffixes.get(key);
    const suffix = name.slice(bare(name).length);
    if (known) known.add(suffix);
    else suffixes.set(key, new Set([suffix]));
  }
  for (const { pkg, name, fields, from, line } of results) {
    const own = bare(name);
    const several = (suffixes.get(`${pkg}\n${own}`)?.size ?? 0) > 1;
    if (!several) into.environment('gomaxprocs', name.slice(own.length + 1) || '1');
    const benchmark = qualified(pkg, several ? name : own);
    for (let at = from; at + 1 < fields.length; at += 2) {
      const unit = fields[at + 1] ?? '';
      into.add({ benchmark, ...metricOf(unit, units), value: Number(fields[at]), line });
    }
  }
}

function metricOf(unit: string, units: ReadonlyMap<string, UnitRules>) {
  const rules = units.get(unit);
  const own = {
    ...(rules?.better === undefined ? {} : { better: rules.better }),
    exact: rules?.exact ?? (unit === 'B/op' || unit === 'allocs/op'),
  };
  if (unit === 'ns/op') return { metric: 'time', unit: 'ns', ...own };
  if (unit === 'MB/s') return { metric: 'throughput', unit, ...own };
  // `p99-ns/op` is in nanoseconds too; `bytes-written` is no `written`.
  const ending = unit.slice(unit.lastIndexOf('-') + 1);
  const known = canonicalUnit(ending).quantity !== 'other';
  return { metric: unit, unit: known ? ending : unit, ...own };
}

/** `Unit ns/op better=lower assume=exact`. */
function readUnit(line: string, units: Map<string, UnitRules>): void {
  const [, unit, ...settings] = line.split(/[ \t]+/);
  if (unit === undefined) return;
  const better = settings.find((one) => one.startsWith('better='))?.slice('better='.length);
  units.set(unit, {
    better: better === 'higher' || better === 'lower' ? better : undefined,
    exact: settings.includes('assume=exact'),
  });
}

/** The text within the events of `go test -json`; a line may be spread over several of them. */
function outputOf(text: string): string {
  const open = new Map<string, string[]>();
  for (const { event } of jsonLines(text)) {
    if (event.Action !== 'output' || typeof event.Output !== 'string') continue;
    const key = String(event.Package ?? '');
    const known = open.get(key);
    if (known) known.push(event.Output);
    else open.set(key, [`pkg: ${key}\n`, event.Output]);
  }
  return [...open.values()].map((parts) => parts.join('')).join('\n');
}

function qualified(pkg: string, name: string): string {
  return pkg === '' ? name : `${pkg}.${name}`;
}

function bare(name: string): string {
  const dash = name.lastIndexOf('-');
  return dash > 0 && isCount(name.slice(dash + 1)) ? name.slice(0, dash) : name;
}

function isCount(text: string | undefined): boolean {
  return text !== undefined && text !== '' && !/\D/.test(text);
}
