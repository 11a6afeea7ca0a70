import type { Collector } from './collector.ts';
import { anyOf, textFormat } from './format.ts';
import { goLine, lineEnd, readGoLine } from './go-line.ts';
import { Begun, GoResults } from './go-results.ts';
import { jsonLines } from './text/json-lines.ts';
import { cleanLine, LONGEST_LINE } from './text/lines.ts';

const ESCAPE = 27;
/** `goos:`, `goarch:`, `pkg:`, `cpu:` and a user's own, as Go's benchmark format defines them. */
const CONFIGURATION = /^([a-z][^\s:A-Z]*):[ \t]*(.*)$/;
/** A result whose name was printed before it. */
const CONTINUED = /^[ \t]+\d+[ \t]+[\d.]+(?:e[+-]?\d+)? \S/;
const RESULT = /^Benchmark\S*[ \t]+\d+[ \t]+\S+[ \t]+[^\s\d]/m;
/** `=== RUN`, `--- BENCH`, `--- FAIL: BenchmarkX`. */
const FAILED = /^[ \t]*--- FAIL: Benchmark(\S+)/;
const SKIPPED = /^[ \t]*--- SKIP: Benchmark(\S+)/;

/**
 * What `go test -bench` prints, as golang.org/design/14313-benchmark-format defines it, also as
 * the events of `go test -json`.
 */
export const go = anyOf(
  {
    detect: (source) => (source.kind === 'text' ? likeness(source.head) : 0),
    read: (source, into) =>
      readLines(source.kind === 'text' ? source.bytes : Buffer.from(source.text()), into),
  },
  textFormat(
    (head) => (/^\{"(?:Time|Action|ImportPath)":/.test(head) ? 0.95 : 0),
    (text, into) => readLines(Buffer.from(outputOf(text)), into),
  ),
);

function likeness(head: string): number {
  if (RESULT.test(head)) return 0.95;
  return /^(?:Benchmark\S+|ok {2}\t\S+\t)/m.test(head) ? 0.5 : 0;
}

function readLines(bytes: Buffer, into: Collector): void {
  const results = new GoResults(into.file);
  const begun = new Begun();
  const reading = goLine();
  const isColoured = bytes.includes(ESCAPE);
  let pkg = '';

  for (let start = 0, end = 0, number = 1; start < bytes.length; start = end + 1, number++) {
    const isResult = !isColoured && readGoLine(bytes, start, reading);
    end = lineEnd(bytes, isResult ? (reading.unitEnds[reading.count - 1] as number) : start);
    if (isResult) {
      // By far the most lines, read where they stand.
      results.add(pkg, reading, bytes, number);
      continue;
    }
    const line = cleanLine(bytes.toString('utf8', start, Math.min(end, start + LONGEST_LINE)));
    if (line.startsWith('Benchmark')) {
      const own = Buffer.from(line);
      if (readGoLine(own, 0, reading)) results.add(pkg, reading, own, number);
      // The name alone comes first with -v, and when the benchmark prints something itself.
      else begun.begin(pkg, (fieldsOf(line)[0] ?? '').slice('Benchmark'.length), number);
    } else if (begun.last !== undefined && CONTINUED.test(line)) {
      const whole = Buffer.from(`Benchmark${begun.last}${line}`);
      if (readGoLine(whole, 0, reading)) results.add(pkg, reading, whole, number);
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

function fieldsOf(line: string): string[] {
  return line.split(/[ \t]+/).filter((field) => field !== '');
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
