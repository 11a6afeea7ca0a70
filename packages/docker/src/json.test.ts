import { expect, test } from 'vitest';
import { labelsAt, listAt, numberAt, textAt, textsAt, timeAt } from './json.ts';

test('reads missing values and other types as empty', () => {
  const data = { a: { b: 'text', n: 1, list: ['x', 2] } };
  expect([textAt(data, 'a', 'b'), textAt(data, 'a', 'n'), textAt(data, 'a', 'b', 'c')]).toEqual([
    'text',
    '',
    '',
  ]);
  expect([numberAt(data, 'a', 'n'), numberAt(data, 'a', 'b')]).toEqual([1, undefined]);
  expect([listAt(data, 'a', 'list'), listAt(data, 'a')]).toEqual([['x', 2], []]);
  expect(textsAt(data, 'a', 'list')).toEqual(['x']);
  expect(textAt({}, 'toString', 'name')).toBe('');
});

test('accepts any label key', () => {
  const labels = labelsAt(
    JSON.parse('{"l": {"__proto__": "a", "constructor": "b", "n": null}}'),
    'l',
  );
  expect([...labels]).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['n', ''],
  ]);
  expect(labelsAt({ l: null }, 'l').size).toBe(0);
});

test.each([
  ['2026-01-01T00:00:00.123456789Z', Date.UTC(2026, 0, 1) + 123],
  ['2026-01-01T02:00:00.5+02:00', Date.UTC(2026, 0, 1) + 500],
  ['0001-01-01T00:00:00Z', undefined],
  ['', undefined],
  ['soon', undefined],
  [1_767_225_600, Date.UTC(2026, 0, 1)],
  [0, undefined],
  [null, undefined],
])('reads the time %j', (given, ms) => {
  expect(timeAt({ given }, 'given')).toBe(ms);
});
