import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/** Units of the built-in measures of Bencher. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ['latency', 'ns'],
  ['throughput', 'ops/s'],
  ['build-time', 's'],
  ['file-size', 'B'],
]);

/** Bencher Metric Format: `{"benchmark": {"measure": {"value": 1, "lower_value": 0, …}}}`. */
export const bmf = jsonFormat(
  (root) => {
    const measures = root.entries.slice(0, 10).map(([, benchmark]) => benchmark.entries);
    const all =
      measures.length > 0 &&
      measures.every((entries) => entries.length > 0 && entries.every(isMeasure));
    return all ? 0.85 : 0;
  },
  (root, into) => {
    for (const [name, measures] of root.entries) {
      // Bencher does not judge benchmarks with this suffix.
      const benchmark = name.replace(/-bencher-ignore$/, '');
      for (const [metric, measure] of measures.entries) {
        into.add({
          benchmark,
          metric,
          unit: UNITS.get(metric) ?? '',
          value: measure.get('value').value,
          at: measure,
          spread: {
            low: measure.get('lower_value').value,
            high: measure.get('upper_value').value,
          },
          ...(benchmark === name ? {} : { better: 'none' }),
          exact: !/latency|throughput|time/i.test(metric),
        });
      }
    }
  },
);

function isMeasure([, node]: readonly [string, JsonNode]): boolean {
  const keys = node.entries.map(([key]) => key);
  return (
    keys.includes('value') &&
    keys.every((key) => key === 'value' || key === 'lower_value' || key === 'upper_value')
  );
}
