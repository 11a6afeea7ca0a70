import { expect, test } from 'vitest';
import { words } from './words.ts';

test.each([
  ['ls -l', ['ls', '-l']],
  ['  a\t b\n', ['a', 'b']],
  [`echo 'a b' "c 'd'" e\\ f`, ['echo', 'a b', "c 'd'", 'e f']],
  [`"" a''b`, ['', 'ab']],
  [String.raw`"a\"b\\c\n" \'`, ['a"b\\c\\n', "'"]],
  ['a; b | c $HOME $(id) *', ['a;', 'b', '|', 'c', '$HOME', '$(id)', '*']],
  ['--x="1 2"3', ['--x=1 23']],
])('%s', (given, expected) => {
  expect(words().parse(given)).toEqual(expected);
});

test.each(["a 'b", 'a "b', 'a \\', '"a\\"', '', '  '])('rejects %j', (given) => {
  expect(() => words().parse(given)).toThrow();
});

test('splits a megabyte quickly', () => {
  expect(words().parse(`"${'\\"'.repeat(500_000)}"`)[0]).toHaveLength(500_000);
  expect(() => words().parse(`"${'\\"'.repeat(500_000)}`)).toThrow();
});
