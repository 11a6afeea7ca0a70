import type { Collector } from './collector.ts';
import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/** Metric, unit and exactness for each prefix of a method name. */
const KINDS: readonly (readonly [RegExp, string, string, boolean])[] = [
  [/^time(?:raw)?_|^Time/, 'time', 's', false],
  [/^mem_|^Mem/, 'memory', 'B', true],
  [/^peakmem_|^PeakMem/, 'peak-memory', 'B', true],
];

/**
 * A result file of asv (airspeed velocity), `results/<machine>/<commit>-<environment>.json`. A
 * failed benchmark has the value null, a skipped one NaN.
 */
export const asv = jsonFormat(
  (root) => {
    if (isMetadata(root)) return 0.9;
    if (!root.get('results').isObject || !root.get('commit_hash').text) return 0;
    return root.get('result_columns').isList ? 0.95 : 0.6;
  },
  (root, into) => {
    if (isMetadata(root)) return;
    for (const key of ['machine', 'cpu', 'os', 'python']) {
      into.environment(key, root.get('params', key).text);
    }
    const columns = root.get('result_columns').items.map(({ text }) => text);
    for (const [name, row] of root.get('results').entries) {
      const column = (of: string) => row.items[columns.indexOf(of)];
      // Version 1 has an object or a number instead of columns.
      const results = row.isList ? column('result') : row.isObject ? row.get('result') : row;
      const params = (row.isList ? column('params') : row.get('params'))?.items ?? [];
      const samples = (row.isList ? column('samples') : row.get('samples'))?.items ?? [];
      const combinations = combine(
        params.map((param) => param.items.map((one) => one.label ?? '')),
      );
      if (results === undefined || (!results.isList && results.value == null)) {
        into.fail({
          benchmark: name,
          state: 'failed',
          reason: 'asv reports a failure',
          line: row.line,
        });
        continue;
      }
      const values = results.isList ? results.items : [results];
      values.forEach((value, index) => {
        const parameters = combinations[index]?.join(', ') ?? '';
        const benchmark = parameters === '' ? name : `${name}(${parameters})`;
        readValue(value, samples[index], benchmark, name, into);
      });
    }
  },
);

/** Whether the file is `benchmarks.json` or `machine.json`, which contain no results. */
function isMetadata(root: JsonNode): boolean {
  if (root.get('machine').text && root.get('num_cpu').value !== undefined) return true;
  return root.entries.some(([, one]) => one.get('code').text && one.get('param_names').isList);
}

function readValue(
  node: JsonNode,
  samples: JsonNode | undefined,
  benchmark: string,
  name: string,
  into: Collector,
): void {
  const { value } = node;
  if (value === null) {
    into.fail({ benchmark, state: 'failed', reason: 'asv reports a failure', line: node.line });
  } else if (typeof value === 'number' && !Number.isFinite(value)) {
    into.warn(`${benchmark} was skipped.`);
  } else {
    const method = name.slice(name.lastIndexOf('.') + 1);
    const [, metric, unit, exact] = KINDS.find(([kind]) => kind.test(method)) ?? TRACKED;
    const all = samples?.items.map((sample) => sample.value) ?? [];
    into.add({
      benchmark,
      metric,
      unit,
      value,
      at: node,
      ...(all.length > 0 ? { samples: all } : {}),
      exact,
    });
  }
}

const TRACKED = [/^/, 'value', '', true] as const;

/** All combinations in the order of asv: the last parameter changes first. */
function combine(lists: readonly (readonly string[])[]): string[][] {
  const size = lists.reduce((all, list) => all * list.length, 1);
  if (size > 100_000) return [];
  return lists.reduce<string[][]>(
    (all, list) => all.flatMap((one) => list.map((value) => [...one, value])),
    [[]],
  );
}
