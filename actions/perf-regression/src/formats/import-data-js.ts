import type { Better, ReadResult } from '../measurement.ts';
import { Collector } from './collector.ts';
import { addCustom } from './custom.ts';
import { FormatError } from './format-error.ts';
import { goMetric } from './go-metric.ts';
import type { JsonNode } from './json/json-node.ts';
import { parseJson } from './json/parse-json.ts';

/** A run in the history of github-action-benchmark. */
export interface ImportedRun {
  readonly suite: string;
  readonly sha: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly tool: string;
  readonly result: ReadResult;
}

/** Tools whose bigger numbers are better, or smaller ones; the others tell by their unit. */
const BETTER: ReadonlyMap<string, Better> = new Map([
  ['customBiggerIsBetter', 'higher'],
  ['customSmallerIsBetter', 'lower'],
  ['benchmarkjs', 'higher'],
]);

/**
 * Reads github-action-benchmark's `data.js` (`window.BENCHMARK_DATA = {…}`), or its JSON, oldest
 * run first in each suite. Runs without a commit or without any number are left out.
 *
 * @throws {FormatError} where it is something else
 */
export function importDataJs(text: string, file: string): readonly ImportedRun[] {
  // The JSON keeps its place, so that lines in errors are those of the file.
  const body = text.replace(/^\s*window\.BENCHMARK_DATA\s*=/, (found) => found.replace(/\S/g, ' '));
  const root = parseJson(body.replace(/;\s*$/, ''), file);
  const suites = root.get('entries');
  if (!suites.isObject) {
    const remedy = 'Give the data.js of github-action-benchmark.';
    throw new FormatError({ file, line: 1 }, 'has no entries of github-action-benchmark', remedy);
  }
  return suites.entries.flatMap(([suite, runs]) =>
    runs.items.flatMap((run) => {
      const sha = run.get('commit', 'id').text;
      const result = resultOf(run, file);
      if (sha === undefined || !/^[\da-f]{7,64}$/i.test(sha)) return [];
      if (result.measurements.length === 0) return [];
      const tool = run.get('tool').text ?? 'custom';
      return [{ suite, sha, time: timeOf(run), tool, result }];
    }),
  );
}

function resultOf(run: JsonNode, file: string): ReadResult {
  const into = new Collector();
  into.begin(file);
  const tool = run.get('tool').text ?? '';
  const add = BY_TOOL.get(tool) ?? ((bench) => addCustom(into, bench, BETTER.get(tool)));
  for (const bench of run.get('benches').items) {
    if (bench.get('name').text !== undefined) add(bench, into);
  }
  return { format: tool, ...into.result() };
}

/** Tools whose metrics it calls otherwise than we do. */
const BY_TOOL: ReadonlyMap<string, (bench: JsonNode, into: Collector) => void> = new Map([
  ['go', addGo],
  ['pytest', addPytest],
]);

/** `BenchmarkX`, `BenchmarkX - B/op`, `BenchmarkX (example.org/pkg)`; a unit with a tab is said again. */
function addGo(bench: JsonNode, into: Collector): void {
  const unit = bench.get('unit').text ?? '';
  if (unit.includes('\t')) return;
  const name = bench
    .get('name')
    .mustBeText()
    .replace(/^Benchmark/, '');
  const suffix = ` - ${unit}`;
  const whole = name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
  const [, own = whole, pkg] = /^(.*) \(([^()\s]+)\)$/.exec(whole) ?? [];
  const at = { benchmark: pkg === undefined ? own : `${pkg}.${own}`, at: bench };
  into.add({ ...at, ...goMetric(unit), value: bench.get('value').value });
}

/** It keeps the rate; what pytest-benchmark measures are times. */
function addPytest(bench: JsonNode, into: Collector): void {
  const rate = bench.get('value').value;
  const value = typeof rate === 'number' && rate > 0 ? 1 / rate : rate;
  const benchmark = bench.get('name').mustBeText();
  into.add({ benchmark, metric: 'time', unit: 's', value, exact: false, at: bench });
}

function timeOf(run: JsonNode): number {
  const { value } = run.get('date');
  const committed = Date.parse(run.get('commit', 'timestamp').text ?? '');
  return typeof value === 'number' && Number.isFinite(value) ? value : committed || 0;
}
