import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonData } from './json-data.ts';
import { readYaml } from './yaml-document.ts';

test('parses JSON to the same data as the YAML parser', () => {
  const key = fc.string({ unit: 'grapheme-ascii' }).filter((name) => name !== '__proto__');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.string(),
      fc.constantFrom('a": 1', '\\', '"', ': ', '\\":'),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, value, { noNullPrototype: true }), fc.nat(3), (data, indent) => {
      const text = JSON.stringify(data, undefined, indent);
      expect(jsonData(text)).toEqual({ data });
      expect(readYaml(text, 'cfg').data).toEqual(data);
    }),
  );
});

test.each([
  ['YAML', 'a: 1'],
  ['a flow of YAML', '{a: 1}'],
  ['a comment', '{"a": 1} # one'],
  ['what is broken', '{"a": '],
  ['a scalar', '"a"'],
  ['nothing', ''],
  ['a key that is written twice', '{"a": 1, "b": {"c": "\\"c\\":", "c": 2}}'],
  ['the same with an escape', '{"a": 1, "\\u0061": 2}'],
])('leaves %s to the YAML parser', (_, text) => {
  expect(jsonData(text)).toBeUndefined();
});

test('handles deep nesting', () => {
  const text = '['.repeat(100_000) + ']'.repeat(100_000);
  expect(() => jsonData(text)).not.toThrow();
});
