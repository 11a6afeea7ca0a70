import { inferUnit, isMoment } from '../metric/metric.ts';
import type { Collector } from './collector.ts';
import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/** Keys that contain the name of a list item. */
const NAMES = ['name', 'id', 'key', 'label', 'phase', 'title'];

/**
 * Any JSON with numbers. The dotted path of a number is its name, as in `stats.success_rate`, and a
 * list of numbers is a list of samples. An absent number is missing, not 0; null has no value.
 */
export const json = jsonFormat(
  (root) => (root.isObject || root.isList ? 0.05 : 0),
  (root, into) => read(root, [], into),
);

function read(node: JsonNode, path: readonly string[], into: Collector): void {
  if (node.isObject) {
    for (const [key, child] of node.entries) read(child, [...path, key], into);
  } else if (node.isList) {
    const { items } = node;
    if (items.length > 1 && items.every((item) => item.isNumber)) {
      add(path, { samples: items.map(({ value }) => value) }, into);
    } else {
      const names = getNames(items);
      items.forEach((item, index) => {
        read(item, [...path, names[index] ?? String(index)], into);
      });
    }
  } else if (node.isNumber) {
    if (Number.isFinite(node.value)) add(path, { value: node.value }, into);
    else into.fail({ ...toName(path), state: 'not-a-number', reason: NOT_FINITE, line: node.line });
  } else if (node.value === null) {
    into.fail({ ...toName(path), state: 'no-value', reason: 'is null', line: node.line });
  }
}

const NOT_FINITE = 'is not a finite number';

function add(path: readonly string[], numbers: object, into: Collector): void {
  const key = path.at(-1) ?? '';
  const { value } = numbers as { value?: number };
  into.add({
    ...toName(path),
    unit: inferUnit(key),
    ...numbers,
    ...(value !== undefined && isMoment(key, value) ? { better: 'none' } : {}),
    exact: value !== undefined,
  });
}

function toName(path: readonly string[]) {
  return { benchmark: path.join('.') || 'value', metric: 'value' };
}

/** The names of list items, if all of them have one and no two are equal. */
function getNames(items: readonly JsonNode[]): readonly string[] {
  const key = NAMES.find((name) => items.every((item) => item.get(name).label !== undefined));
  if (key === undefined) return [];
  const names = items.map((item) => item.get(key).label ?? '');
  return new Set(names).size === names.length ? names : [];
}
