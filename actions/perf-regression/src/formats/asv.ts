import type { Collector } from './collector.ts';
import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/** Metric, unit and exactness by the kind of benchmark, which begins the method's name. */
const KINDS: readonly (readonly [RegExp, string, string, boolean])[] = [
  [/^time(?:raw)?_|^Time/, 'time', 's', false],
  [/^mem_|^Mem/, 'memory', 'B', true],
  [/^peakmem_|^PeakMem/, 'peak-memory', 'B', true],
];

/**
 * A result file of asv (airspeed velocity), `results/<machine>/<commit>-<environment>.json`. Null is
 * a benchmark that failed, NaN one that was skipped for these parameters.
 */
export const asv = jsonFormat(
  (root) => {
    if (isBeside(root)) return 0.9;
    if (!root.get('results').isObject || !root.get('commit_hash').text) return 0;
    return root.get('result_columns').isList ? 0.95 : 0.6;
  },
  (root, into) => {
    if (isBeside(root)) return;
    for (const key of ['machine', 'cpu', 'os', 'python']) {
      into.environment(key, root.get('params', key).text);
    }
    const columns = root.get('result_columns').items.map(({ text }) => text);
    for (const [name, row] of root.get('results').entries) {
      const column = (of: string) => row.items[columns.indexOf(of)];
      // Version 1 has an object instead of columns, or the bare number.
      const results = row.isList ? column('result') : row.isObject ? row.get('result') : row;
      const params = (row.isList ? column('params') : row.get('params'))?.items ?? [];
      const samples = (row.isList ? column('samples') : row.get('samples'))?.items ?? [];
      const combinations = product(
        params.map((param) => param.items.map((one) => one.label ?? '')),
      );
      if (results === undefined || (!results.isList && results.value == null)) {
        into.fail({ benchmark: name, state: 'failed', reason: 'asv says failed', line: row.line });
        continue;
      }
      const values = results.isList ? results.items : [results];
      values.forEach((value, index) => {
        const parameters = combinations[index]?.join(', ') ?? '';
        const benchmark = parameters === '' ? name : `${name}(${parameters})`;
        readOne(value, samples[index], benchmark, name, into);
      });
    }
  },
);

/** `benchmarks.json` or `machine.json`, which stand beside the results and hold none. */
function isBeside(root: JsonNode): boolean {
  if (root.get('machine').text && root.get('num_cpu').value !== undefined) return true;
  return root.entries.some(([, one]) => one.get('code').text && one.get('param_names').isList);
}

function readOne(
  node: JsonNode,
  samples: JsonNode | undefined,
  benchmark: string,
  name: string,
  into: Collector,
): void {
  const { value } = node;
  if (value === null) {
    into.fail({ benchmark, state: 'failed', reason: 'asv says failed', line: node.line });
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
function product(lists: readonly (readonly string[])[]): string[][] {
  const size = lists.reduce((all, list) => all * list.length, 1);
  if (size > 100_000) return [];
  return lists.reduce<string[][]>(
    (all, list) => all.flatMap((one) => list.map((value) => [...one, value])),
    [[]],
  );
}
