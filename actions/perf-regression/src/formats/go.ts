import type { Collector } from './collector.ts';
import { anyOf, textFormat } from './format.ts';
import { Begun, GoResults, isCount } from './go-results.ts';
import { jsonLines } from './text/json-lines.ts';
import { linesOf } from './text/lines.ts';

/** `goos:`, `goarch:`, `pkg:`, `cpu:` and a user's own, as Go's benchmark format defines them. */
const CONFIGURATION = /^([a-z][^\s:A-Z]*):[ \t]*(.*)$/;
const RESULT = /^Benchmark\S*[ \t]+\d+[ \t]+\S+[ \t]+[^\s\d]/m;
/** `=== RUN`, `--- BENCH`, `--- FAIL: BenchmarkX`. */
const FAILED = /^[ \t]*--- FAIL: Benchmark(\S+)/;
const SKIPPED = /^[ \t]*--- SKIP: Benchmark(\S+)/;

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
  const results = new GoResults();
  const begun = new Begun();
  let pkg = '';

  for (const { text: line, number } of linesOf(text)) {
    if (line.startsWith('Benchmark')) {
      const fields = fieldsOf(line);
      const name = (fields[0] ?? '').slice('Benchmark'.length);
      if (fields.length >= 4 && isCount(fields[1] ?? '')) results.add(pkg, name, fields, 2, number);
      // The name alone comes first with -v, and when the benchmark prints something itself.
      else begun.begin(pkg, name, number);
    } else if (begun.last !== undefined && /^[ \t]+\d+[ \t]+[\d.]+(?:e[+-]?\d+)? \S/.test(line)) {
      results.add(pkg, begun.last, fieldsOf(line), 1, number);
      begun.last = undefined;
    } else if (line.startsWith('Unit ')) {
      results.setUnit(fieldsOf(line));
    } else if (FAILED.test(line)) {
      begun.fail(pkg, FAILED.exec(line)?.[1] ?? '', number);
    } else if (line.startsWith('FAIL\t')) {
      begun.failPackage(fieldsOf(line)[1] ?? pkg, number);
    } else if (SKIPPED.test(line)) {
      begun.skip(pkg, SKIPPED.exec(line)?.[1] ?? '');
    } else {
      const [, key, value = ''] = CONFIGURATION.exec(line) ?? [];
      if (key === 'pkg') pkg = value;
      else if (key === 'goos' || key === 'goarch' || key === 'cpu') into.environment(key, value);
    }
  }
  results.report(into);
  begun.report(results, into);
}

/** Split at blanks and tabs, ten times as fast as by a pattern. */
function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  let start = -1;
  for (let at = 0; at <= line.length; at++) {
    const code = at < line.length ? line.charCodeAt(at) : 32;
    const blank = code === 32 || code === 9;
    if (blank && start !== -1) {
      fields.push(line.slice(start, at));
      start = -1;
    } else if (!blank && start === -1) start = at;
  }
  return fields;
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
