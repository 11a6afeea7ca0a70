import type { Collector } from './collector.ts';
import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/** Keys that are not user counters. */
const BUILT_IN_KEYS = new Set([
  ...['iterations', 'threads', 'repetitions', 'repetition_index', 'family_index'],
  ...['per_family_instance_index', 'real_time', 'cpu_time', 'real_coefficient', 'cpu_coefficient'],
  ...['rms', 'big_o'],
]);

/**
 * Google Benchmark's `--benchmark_format=json`. Repetitions are samples. Without them the median
 * aggregate is used; BigO and RMS are not times.
 */
export const googlebenchmark = jsonFormat(
  (root) => {
    if (!root.get('benchmarks').isList || !root.get('context').isObject) return 0;
    return root.get('context', 'num_cpus').isNumber ||
      root.get('context', 'library_build_type').text
      ? 0.95
      : 0.7;
  },
  (root, into) => {
    const context = root.get('context');
    into.environment('cpus', context.get('num_cpus').label);
    into.environment('build', context.get('library_build_type').text);
    const entries = root.get('benchmarks').mustBeList();
    const measured = new Set(entries.filter((one) => !getAggregate(one)).map(getRunName));
    for (const entry of entries) {
      const aggregate = getAggregate(entry);
      const name = getRunName(entry);
      if (entry.get('error_occurred').value === true) {
        const reason = entry.get('error_message').text ?? 'an error occurred';
        into.fail({ benchmark: name, state: 'failed', reason, line: entry.line });
      } else if (entry.get('skipped').value === true) {
        into.warn(`${name} was skipped: ${entry.get('skip_message').text ?? 'no reason given'}.`);
      } else if (aggregate === undefined || (aggregate === 'median' && !measured.has(name))) {
        add(entry, name, into);
      }
    }
  },
);

function add(entry: JsonNode, benchmark: string, into: Collector): void {
  const unit = entry.get('time_unit').text ?? 'ns';
  const own = { benchmark, unit, exact: false, at: entry };
  into.add({ ...own, metric: 'time', value: entry.get('real_time').value });
  into.add({ ...own, metric: 'cpu-time', value: entry.get('cpu_time').value });
  for (const [key, { isNumber, value }] of entry.entries) {
    if (!isNumber || BUILT_IN_KEYS.has(key)) continue;
    if (key === 'bytes_per_second') {
      into.add({ ...own, metric: 'throughput', unit: 'B/s', value });
    } else if (key === 'items_per_second') {
      into.add({ ...own, metric: 'items', unit: 'items/s', value });
    } else {
      into.add({ ...own, metric: key, unit: '', value });
    }
  }
}

/** `mean`, `BigO`, …; before version 1.5 only the name contains it. */
function getAggregate(entry: JsonNode): string | undefined {
  const name = entry.get('aggregate_name').text;
  if (name !== undefined) return name;
  if (entry.get('run_type').text !== undefined) return undefined;
  return /_(mean|median|stddev|cv|BigO|RMS)$/.exec(entry.get('name').text ?? '')?.[1];
}

function getRunName(entry: JsonNode): string {
  return entry.get('run_name').text ?? entry.get('name').mustBeText();
}
