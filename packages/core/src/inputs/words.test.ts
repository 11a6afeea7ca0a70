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

test('refuses Windows paths outside of quotes, on Windows only', () => {
  const parse = (text: string, platform: NodeJS.Platform = 'win32') => words(platform).parse(text);
  for (const path of ['C:\\tools\\check.exe --x', '.\\check', '--in=\\\\server\\a', '~\\x']) {
    expect(() => parse(path)).toThrow('has a backslash outside of quotes');
  }
  expect(parse('C:\\tools', 'linux')).toEqual(['C:tools']);
  expect(parse('\'C:\\a b\\c.exe\' "C:\\d" e\\ f')).toEqual(['C:\\a b\\c.exe', 'C:\\d', 'e f']);
});
