import type { Collector } from './collector.ts';
import { anyOf, textFormat } from './format.ts';
import { createGoLine, findLineEnd, readGoLine } from './go-line.ts';
import { GoResults } from './go-results.ts';
import { StartedBenchmarks } from './go-started.ts';
import { jsonLines } from './text/json-lines.ts';
import { cleanLine, MAX_LINE_LENGTH } from './text/lines.ts';

const ESCAPE = 27;
/** `goos:`, `goarch:`, `pkg:`, `cpu:` and other configuration lines of Go's benchmark format. */
const CONFIGURATION = /^([a-z][^\s:A-Z]*):[ \t]*(.*)$/;
/** A result whose name is in an earlier line. */
const CONTINUED = /^[ \t]+\d+[ \t]+[\d.]+(?:e[+-]?\d+)? \S/;
const RESULT = /^Benchmark\S*[ \t]+\d+[ \t]+\S+[ \t]+[^\s\d]/m;
/** `=== RUN`, `--- BENCH`, `--- FAIL: BenchmarkX`. */
const FAILED = /^[ \t]*--- FAIL: Benchmark(\S+)/;
const SKIPPED = /^[ \t]*--- SKIP: Benchmark(\S+)/;

/**
 * The output of `go test -bench` (golang.org/design/14313-benchmark-format), or the events of
 * `go test -json`.
 */
export const go = anyOf(
  {
    detect: (source) => (source.kind === 'text' ? scoreText(source.head) : 0),
    read: (source, into) =>
      readLines(source.kind === 'text' ? source.bytes : Buffer.from(source.text()), into),
  },
  textFormat(
    (head) => (/^\{"(?:Time|Action|ImportPath)":/.test(head) ? 0.95 : 0),
    (text, into) => readLines(Buffer.from(joinOutput(text)), into),
  ),
);

function scoreText(head: string): number {
  if (RESULT.test(head)) return 0.95;
  return /^(?:Benchmark\S+|ok {2}\t\S+\t)/m.test(head) ? 0.5 : 0;
}

function readLines(bytes: Buffer, into: Collector): void {
  const results = new GoResults(into.file);
  const started = new StartedBenchmarks();
  const reading = createGoLine();
  const isColored = bytes.includes(ESCAPE);
  let pkg = '';

  for (let start = 0, end = 0, number = 1; start < bytes.length; start = end + 1, number++) {
    const isResult = !isColored && readGoLine(bytes, start, reading);
    end = findLineEnd(bytes, isResult ? (reading.unitEnds[reading.count - 1] as number) : start);
    if (isResult) {
      // Most lines are results; they are not decoded.
      results.add(pkg, reading, bytes, number);
      continue;
    }
    const line = cleanLine(bytes.toString('utf8', start, Math.min(end, start + MAX_LINE_LENGTH)));
    if (line.startsWith('Benchmark')) {
      const lineBytes = Buffer.from(line);
      if (readGoLine(lineBytes, 0, reading)) results.add(pkg, reading, lineBytes, number);
      // The name is printed alone with -v, and if the benchmark prints something.
      else started.start(pkg, (splitFields(line)[0] ?? '').slice('Benchmark'.length), number);
    } else if (started.last !== undefined && CONTINUED.test(line)) {
      const joined = Buffer.from(`Benchmark${started.last}${line}`);
      if (readGoLine(joined, 0, reading)) results.add(pkg, reading, joined, number);
      started.last = undefined;
    } else if (line.startsWith('Unit ')) {
      results.setUnit(splitFields(line));
    } else if (FAILED.test(line)) {
      started.fail(pkg, FAILED.exec(line)?.[1] ?? '', number);
    } else if (line.startsWith('FAIL\t')) {
      started.failPackage(splitFields(line)[1] ?? pkg, number);
    } else if (SKIPPED.test(line)) {
      started.skip(pkg, SKIPPED.exec(line)?.[1] ?? '');
    } else {
      const [, key, value = ''] = CONFIGURATION.exec(line) ?? [];
      if (key === 'pkg') pkg = value;
      else if (key === 'goos' || key === 'goarch' || key === 'cpu') into.environment(key, value);
    }
  }
  results.report(into);
  started.report(results, into);
}

function splitFields(line: string): string[] {
  return line.split(/[ \t]+/).filter((field) => field !== '');
}

/** Joins the output events of `go test -json`; a line may be spread over several events. */
function joinOutput(text: string): string {
  const open = new Map<string, string[]>();
  for (const { event } of jsonLines(text)) {
    if (event.Action !== 'output' || typeof event.Output !== 'string') continue;
    const key = String(event.Package ?? '');
    const parts = open.get(key);
    if (parts) parts.push(event.Output);
    else open.set(key, [`pkg: ${key}\n`, event.Output]);
  }
  return [...open.values()].map((texts) => texts.join('')).join('\n');
}
