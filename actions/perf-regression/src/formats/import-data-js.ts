import type { Better, ReadResult } from '../measurement.ts';
import { Collector } from './collector.ts';
import { addCustom } from './custom.ts';
import { FormatError } from './format-error.ts';
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
  for (const bench of run.get('benches').items) {
    if (bench.get('name').text !== undefined) {
      addCustom(into, bench, BETTER.get(tool));
    }
  }
  return { format: tool, ...into.result() };
}

function timeOf(run: JsonNode): number {
  const { value } = run.get('date');
  const committed = Date.parse(run.get('commit', 'timestamp').text ?? '');
  return typeof value === 'number' && Number.isFinite(value) ? value : committed || 0;
}
