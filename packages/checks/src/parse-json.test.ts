import { expect, test } from 'vitest';
import { parseJson } from './parse-json.ts';

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test.each([
  ['{"a": [1, null]}', { a: [1, null] }],
  ['null', null],
  ['"text"', 'text'],
  [' 0 ', 0],
  ['', undefined],
  ['\uFEFF{"a": 1}', { a: 1 }],
  ['<html>', undefined],
  ['{"a": 1} trailing', undefined],
])('%s', (text, value) => {
  expect(parseJson(text)).toEqual(value);
});

test('limits the nesting', () => {
  expect(parseJson(nested(200))).toBeInstanceOf(Array);
  expect(parseJson(nested(201))).toBeUndefined();
  expect(parseJson(nested(100_000))).toBeUndefined();
  expect(parseJson(`{"deep": ${nested(100_000)}, "a": 1}`)).toBeUndefined();
});

test('ignores brackets in strings', () => {
  const text = JSON.stringify({ [`"[${'['.repeat(300)}\\`]: '{'.repeat(300), 'a\\': [1] });
  expect(parseJson(text)).toEqual(JSON.parse(text));
  expect(parseJson(`["\\"", ${nested(200)}]`)).toBeUndefined();
  expect(parseJson(`["\\"", ${nested(199)}]`)).toHaveLength(2);
});

test('accepts many values on one level', () => {
  const wide = `[${Array.from({ length: 200_000 }, () => '[1]').join(',')}]`;
  expect(parseJson(wide)).toHaveLength(200_000);
});

test('keeps keys with names of object properties', () => {
  const value = parseJson('{"__proto__": {"polluted": true}, "constructor": 1}');
  expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});
