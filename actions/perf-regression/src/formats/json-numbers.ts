import { isMoment } from '../metric/direction.ts';
import { unitOfName } from '../metric/name-unit.ts';
import type { Collector } from './collector.ts';
import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/** What names an item of a list. */
const NAMES = ['name', 'id', 'key', 'label', 'phase', 'title'];

/**
 * Any JSON with numbers in it: each is named by the dotted path that leads to it, as
 * `stats.success_rate`. A list of numbers is a list of samples. What is not there is missing, never
 * 0; what is null has no value.
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
      const names = namesOf(items);
      items.forEach((item, index) => {
        read(item, [...path, names[index] ?? String(index)], into);
      });
    }
  } else if (node.isNumber) {
    if (Number.isFinite(node.value)) add(path, { value: node.value }, into);
    else into.fail({ ...named(path), state: 'not-a-number', reason: NOT_FINITE, line: node.line });
  } else if (node.value === null) {
    into.fail({ ...named(path), state: 'no-value', reason: 'is null', line: node.line });
  }
}

const NOT_FINITE = 'is not a finite number';

function add(path: readonly string[], numbers: object, into: Collector): void {
  const key = path.at(-1) ?? '';
  const { value } = numbers as { value?: number };
  into.add({
    ...named(path),
    unit: unitOfName(key),
    ...numbers,
    ...(value !== undefined && isMoment(key, value) ? { better: 'none' } : {}),
    exact: value !== undefined,
  });
}

function named(path: readonly string[]) {
  return { benchmark: path.join('.') || 'value', metric: 'value' };
}

/** What each item calls itself, where all do and no two alike. */
function namesOf(items: readonly JsonNode[]): readonly string[] {
  const key = NAMES.find((name) => items.every((item) => item.get(name).label !== undefined));
  if (key === undefined) return [];
  const names = items.map((item) => item.get(key).label ?? '');
  return new Set(names).size === names.length ? names : [];
}
