import type { Better, ReadResult } from '../measurement.ts';
import { Collector } from './collector.ts';
import { addCustom } from './custom.ts';
import { FormatError } from './format-error.ts';
import { toGoMetric } from './go-metric.ts';
import type { JsonNode } from './json/json-node.ts';
import { parseJson } from './json/parse-json.ts';

/** A run in the history of github-action-benchmark. */
export interface ImportedRun {
  readonly suite: string;
  readonly sha: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly tool: string;
  readonly result: ReadResult;
}

/** Directions that a tool implies; for other tools the unit decides. */
const BETTER: ReadonlyMap<string, Better> = new Map([
  ['customBiggerIsBetter', 'higher'],
  ['customSmallerIsBetter', 'lower'],
  ['benchmarkjs', 'higher'],
]);

/**
 * Reads the `data.js` of github-action-benchmark (`window.BENCHMARK_DATA = {…}`), or its JSON, oldest
 * run first in each suite. Runs without a commit or without a value are ignored.
 *
 * @throws {FormatError} for any other content
 */
export function importDataJs(text: string, file: string): readonly ImportedRun[] {
  // Spaces keep the offsets, so that errors have the lines of the file.
  const body = text.replace(/^\s*window\.BENCHMARK_DATA\s*=/, (found) => found.replace(/\S/g, ' '));
  const root = parseJson(body.replace(/;\s*$/, ''), file);
  const suites = root.get('entries');
  if (!suites.isObject) {
    const remedy = 'Use the data.js of github-action-benchmark.';
    throw new FormatError({ file, line: 1 }, 'has no entries of github-action-benchmark', remedy);
  }
  return suites.entries.flatMap(([suite, runs]) =>
    runs.items.flatMap((run) => {
      const sha = run.get('commit', 'id').text;
      const result = readRun(run, file);
      if (sha === undefined || !/^[\da-f]{7,64}$/i.test(sha)) return [];
      if (result.measurements.length === 0) return [];
      const tool = run.get('tool').text ?? 'custom';
      return [{ suite, sha, time: getTime(run), tool, result }];
    }),
  );
}

function readRun(run: JsonNode, file: string): ReadResult {
  const into = new Collector();
  into.begin(file);
  const tool = run.get('tool').text ?? '';
  const add = BY_TOOL.get(tool) ?? ((bench) => addCustom(into, bench, BETTER.get(tool)));
  for (const bench of run.get('benches').items) {
    if (bench.get('name').text !== undefined) add(bench, into);
  }
  return { format: tool, ...into.result() };
}

/** Tools whose metrics have other names in github-action-benchmark. */
const BY_TOOL: ReadonlyMap<string, (bench: JsonNode, into: Collector) => void> = new Map([
  ['go', addGo],
  ['pytest', addPytest],
]);

/** `BenchmarkX`, `BenchmarkX - B/op`, `BenchmarkX (example.org/pkg)`. A unit with a tab is a duplicate. */
function addGo(bench: JsonNode, into: Collector): void {
  const unit = bench.get('unit').text ?? '';
  if (unit.includes('\t')) return;
  const name = bench
    .get('name')
    .mustBeText()
    .replace(/^Benchmark/, '');
  const suffix = ` - ${unit}`;
  const baseName = name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
  const [, own = baseName, pkg] = /^(.*) \(([^()\s]+)\)$/.exec(baseName) ?? [];
  const at = { benchmark: pkg === undefined ? own : `${pkg}.${own}`, at: bench };
  into.add({ ...at, ...toGoMetric(unit), value: bench.get('value').value });
}

/** github-action-benchmark stores the rate; pytest-benchmark measures times. */
function addPytest(bench: JsonNode, into: Collector): void {
  const rate = bench.get('value').value;
  const value = typeof rate === 'number' && rate > 0 ? 1 / rate : rate;
  const benchmark = bench.get('name').mustBeText();
  into.add({ benchmark, metric: 'time', unit: 's', value, exact: false, at: bench });
}

function getTime(run: JsonNode): number {
  const { value } = run.get('date');
  const committed = Date.parse(run.get('commit', 'timestamp').text ?? '');
  return typeof value === 'number' && Number.isFinite(value) ? value : committed || 0;
}
