import type { Collector } from './collector.ts';
import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/** Julia's BenchmarkTools.save: versions, then nested groups of trials or estimates. */
export const julia = jsonFormat(
  (root) => (root.items[0]?.get('BenchmarkTools').text !== undefined ? 0.95 : 0),
  (root, into) => {
    const [versions, values] = root.mustBeList();
    into.environment('julia', versions?.get('Julia').text);
    into.environment('version', versions?.get('BenchmarkTools').text);
    for (const value of values?.mustBeList() ?? []) read(value, [], into);
  },
);

/** A value is a pair of type and fields. */
function read(node: JsonNode, name: readonly string[], into: Collector): void {
  const [type, fields] = node.items;
  if (type?.value === 'BenchmarkGroup') {
    for (const [key, child] of fields?.get('data').entries ?? []) read(child, [...name, key], into);
  } else if (type?.value === 'Trial' || type?.value === 'TrialEstimate') {
    const benchmark = name.join('/') || 'benchmark';
    const samples = fields?.get('times').items.map(({ value }) => value) ?? [];
    into.add({
      benchmark,
      metric: 'time',
      unit: 'ns',
      at: node,
      ...(samples.length > 0 ? { samples } : { value: fields?.get('time').value }),
      exact: false,
    });
    into.add({
      benchmark,
      metric: 'B/op',
      unit: 'B',
      value: fields?.get('memory').value,
      exact: true,
    });
    const allocations = fields?.get('allocs').value;
    into.add({ benchmark, metric: 'allocs/op', unit: 'allocs', value: allocations, exact: true });
  } else {
    into.warn(`${name.join('/')} has the unsupported type ${String(type?.value)}.`);
  }
}
