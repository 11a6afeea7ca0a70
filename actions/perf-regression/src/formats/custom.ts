import type { Better } from '../measurement.ts';
import { inferDirection } from '../metric/metric.ts';
import { canonicalUnit } from '../metric/unit.ts';
import type { Collector } from './collector.ts';
import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/**
 * The custom JSON of github-action-benchmark: a list of `{name, unit, value, range?, extra?}`. It has
 * no direction, which is inferred from unit and name.
 */
export const custom = jsonFormat(
  (root) => {
    const first = root.items[0];
    if (first?.get('name').text === undefined || first.get('value').value === undefined) return 0;
    return first.get('unit').value === undefined ? 0.3 : 0.85;
  },
  (root, into) => {
    for (const entry of root.mustBeList()) addCustom(into, entry, undefined);
  },
);

/** Adds one entry; the history of github-action-benchmark has the same entries. */
export function addCustom(into: Collector, entry: JsonNode, better: Better | undefined): void {
  const name = entry.get('name').mustBeText();
  const unit = entry.get('unit').text ?? '';
  const { quantity } = canonicalUnit(unit);
  const value = entry.get('value').value;
  const error = parseRange(entry.get('range').label, Number(value));
  into.add({
    benchmark: name,
    metric: quantity === 'time' ? 'time' : quantity === 'rate' ? 'throughput' : 'value',
    unit,
    value,
    at: entry,
    ...(error === undefined
      ? {}
      : { spread: { low: Number(value) - error, high: Number(value) + error } }),
    better: better ?? inferDirection(unit, name),
    exact: quantity !== 'time' && quantity !== 'rate',
  });
}

/** Parses the error of a value: `3`, `± 3`, `+/- 2,802`, `5%`. */
function parseRange(range: string | undefined, value: number): number | undefined {
  const [, number = '', percent] =
    /^(?:±|\+\/-)? ?([\d.,]+(?:e[+-]?\d+)?)(%?)$/.exec(range ?? '') ?? [];
  if (number === '') return undefined;
  const error = Number(number.replaceAll(',', ''));
  return percent === '%' ? (value * error) / 100 : error;
}
