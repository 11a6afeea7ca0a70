import type { Collector } from './collector.ts';
import { anyOf, jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';
import { addLatency } from './tinybench.ts';

/** `vitest bench --outputJson` up to version 4, in milliseconds; usually without samples. */
const outputJson = jsonFormat(
  (root) => (root.get('files').items[0]?.get('groups').isList ? 0.95 : 0),
  (root, into) => {
    for (const group of root
      .get('files')
      .mustBeList()
      .flatMap((file) => file.get('groups').items)) {
      for (const item of group.get('benchmarks').items) {
        const benchmark = `${group.get('fullName').text ?? ''} > ${item.get('name').mustBeText()}`;
        const samples = item.get('samples').items.map(({ value }) => value);
        const median = item.get('median').value ?? item.get('mean').value;
        if (median === undefined && samples.length === 0) {
          const reason = 'was not measured, because it failed or was skipped';
          into.fail({ benchmark, state: 'failed', reason, line: item.line });
          continue;
        }
        into.add({
          benchmark,
          metric: 'time',
          unit: 'ms',
          at: item,
          value: median,
          ...(samples.length > 0 ? { samples } : {}),
          exact: false,
        });
      }
    }
  },
);

/** The JSON reporter of version 5, in which benchmarks are part of tests. */
const reporter = jsonFormat(
  (root) => {
    const files = root.get('testResults').items;
    return files.some((file) => file.get('assertionResults').isList) ? 0.9 : 0;
  },
  (root, into) => {
    const files = root.get('testResults').mustBeList();
    const short = shortestSuffixes(files.map((file) => file.get('name').text ?? ''));
    for (const file of files) {
      const name = short.get(file.get('name').text ?? '') ?? '';
      for (const test of file.get('assertionResults').items) readTest(test, name, into);
    }
  },
);

function readTest(test: JsonNode, file: string, into: Collector): void {
  const titles = [
    ...test.get('ancestorTitles').items.map(({ text }) => text),
    test.get('title').text,
  ];
  const name = [file, ...titles].filter((title) => title !== undefined).join(' > ');
  if (test.get('status').text === 'failed') {
    const reason =
      test.get('failureMessages').items[0]?.text?.split('\n', 1)[0] ?? 'the test failed';
    into.fail({ benchmark: name, state: 'failed', reason, line: test.line });
  }
  for (const task of test.get('benchmarks').items.flatMap((one) => one.get('tasks').items)) {
    // A stored result was not measured in this run.
    if (task.get('fromStore').value === true) continue;
    addLatency(into, `${name} > ${task.get('name').mustBeText()}`, task);
  }
}

/** `writeResult` of version 5: one benchmark, named by its file. */
const stored = jsonFormat(
  (root) => (root.get('latency').isObject && root.get('throughput').isObject ? 0.9 : 0),
  (root, into) => {
    const [file = ''] = shortestSuffixes([root.file]).values();
    addLatency(into, file.replace(/\.json$/, ''), root);
  },
);

export const vitest = anyOf(outputJson, reporter, stored);

/**
 * The shortest distinct suffixes of paths. The folders above differ between checkouts, and the name of
 * a benchmark must not.
 */
function shortestSuffixes(paths: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...new Set(paths)];
  const suffixes = new Map(all.map((path) => [path, suffix(path, 1)]));
  for (let parts = 2; parts <= 50; parts++) {
    const counts = new Map<string, number>();
    for (const short of suffixes.values()) counts.set(short, (counts.get(short) ?? 0) + 1);
    const same = all.filter((path) => (counts.get(suffixes.get(path) ?? '') ?? 0) > 1);
    if (same.length === 0) break;
    for (const path of same) suffixes.set(path, suffix(path, parts));
  }
  return suffixes;
}

function suffix(path: string, parts: number): string {
  return path.split(/[\\/]/).slice(-parts).join('/');
}
