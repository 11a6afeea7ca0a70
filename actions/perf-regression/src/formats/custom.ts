import type { Better } from '../measurement.ts';
import { directionOf } from '../metric/direction.ts';
import { canonicalUnit } from '../metric/unit.ts';
import type { Collector } from './collector.ts';
import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/**
 * The custom JSON of github-action-benchmark: a list of `{name, unit, value, range?, extra?}`. The
 * file does not say whether bigger is better: unit and name have to.
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

/** One entry, as it also stands in github-action-benchmark's history. */
export function addCustom(into: Collector, entry: JsonNode, better: Better | undefined): void {
  const name = entry.get('name').mustBeText();
  const unit = entry.get('unit').text ?? '';
  const { quantity } = canonicalUnit(unit);
  const value = entry.get('value').value;
  const off = rangeOf(entry.get('range').label, Number(value));
  into.add({
    benchmark: name,
    metric: quantity === 'time' ? 'time' : quantity === 'rate' ? 'throughput' : 'value',
    unit,
    value,
    at: entry,
    ...(off === undefined
      ? {}
      : { spread: { low: Number(value) - off, high: Number(value) + off } }),
    better: better ?? directionOf(unit, name),
    exact: quantity !== 'time' && quantity !== 'rate',
  });
}

/** `3`, `± 3`, `+/- 2,802`, `5%`: how far the value may be off. */
function rangeOf(range: string | undefined, value: number): number | undefined {
  const [, number = '', percent] =
    /^(?:±|\+\/-)? ?([\d.,]+(?:e[+-]?\d+)?)(%?)$/.exec(range ?? '') ?? [];
  if (number === '') return undefined;
  const off = Number(number.replaceAll(',', ''));
  return percent === '%' ? (value * off) / 100 : off;
}
