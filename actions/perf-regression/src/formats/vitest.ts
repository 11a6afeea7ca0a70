import type { Collector } from './collector.ts';
import { anyOf, jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';
import { shortestSuffixes } from './path-suffix.ts';
import { addLatency } from './tinybench.ts';

/** `vitest bench --outputJson`, up to version 4, in milliseconds. Its samples are mostly left out. */
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
          const reason = 'it was not measured: it failed or was skipped';
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

/** The JSON reporter of version 5, where benchmarks are part of tests. */
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
    // Read from a stored result instead of measured.
    if (task.get('fromStore').value === true) continue;
    addLatency(into, `${name} > ${task.get('name').mustBeText()}`, task);
  }
}

/** What version 5 writes for `writeResult`: one benchmark, named by its file. */
const stored = jsonFormat(
  (root) => (root.get('latency').isObject && root.get('throughput').isObject ? 0.9 : 0),
  (root, into) => {
    const [file = ''] = shortestSuffixes([root.file]).values();
    addLatency(into, file.replace(/\.json$/, ''), root);
  },
);

export const vitest = anyOf(outputJson, reporter, stored);
