import type { Collector } from './collector.ts';
import { anyOf, jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/** A list of tasks with their results: `JSON.stringify(bench.tasks…)`. */
const tasks = jsonFormat(
  (root) => {
    const first = root.items[0] ?? root.get('tasks').items[0];
    const result = first?.get('result');
    if (first?.get('name').text === undefined || !result?.isObject) return 0;
    return result.get('latency').isObject || result.get('hz').isNumber || result.get('state').text
      ? 0.9
      : 0.6;
  },
  (root, into) => {
    for (const task of root.isList ? root.items : root.get('tasks').mustBeList()) {
      const benchmark = task.get('name').mustBeText();
      const result = task.get('result');
      if (result.get('error').value != null) {
        const reason = result.get('error', 'message').text ?? 'the task threw an error';
        into.fail({ benchmark, state: 'failed', reason, line: task.line });
      } else if (result.isObject) {
        addLatency(into, benchmark, result);
      } else {
        into.fail({ benchmark, state: 'no-value', reason: 'did not run', line: task.line });
      }
    }
  },
);

/**
 * Adds the result of a task, in milliseconds: in `latency` since version 3, flat before. Vitest has
 * the same structure.
 */
export function addLatency(into: Collector, benchmark: string, result: JsonNode): void {
  const latency = result.get('latency').isObject ? result.get('latency') : result;
  const samples = latency.get('samples').items.map(({ value }) => value);
  // The mean is a last resort: one pause of the machine doubles it.
  const keys = samples.length > 0 ? ['p50', 'median'] : ['p50', 'median', 'mean'];
  const centre = keys.map((key) => latency.get(key)).find((number) => number.isNumber);
  into.add({
    benchmark,
    metric: 'time',
    unit: 'ms',
    at: result,
    value: centre?.value,
    ...(samples.length > 0 ? { samples } : {}),
    exact: false,
  });
}

/** `JSON.stringify(bench.table())`; the names of its columns depend on the version. */
const table = jsonFormat(
  (root) => (getTaskName(root.items[0]) !== undefined ? 0.95 : 0),
  (root, into) => {
    for (const row of root.mustBeList()) {
      const benchmark = getTaskName(row) ?? row.wrong('has no name', 'Use bench.table().').message;
      const [key, cell] =
        row.entries.find(([column]) =>
          /^(?:latency (?:med|median)|average time)\b/i.test(column),
        ) ??
        row.entries.find(([column]) => /^latency/i.test(column)) ??
        [];
      if (key === undefined || cell === undefined) {
        into.fail({ benchmark, state: 'no-value', reason: 'has no latency', line: row.line });
        continue;
      }
      // `64.00 ± 3.00`, `242.07 ± 60.11%`, or a number.
      const value = cell.isNumber ? cell.value : cell.text?.split(' ', 1)[0]?.replaceAll(',', '');
      const unit = /\(([^)]{1,5})\)/.exec(key)?.[1] ?? 'ns';
      into.add({ benchmark, metric: 'time', unit, value, exact: false, at: row });
    }
  },
);

function getTaskName(row: JsonNode | undefined): string | undefined {
  return row?.get('Task name').text ?? row?.get('Task Name').text;
}

export const tinybench = anyOf(tasks, table);
