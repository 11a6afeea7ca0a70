import { expect, test } from 'vitest';
import { parseKeyValues, parsePaths } from './file-commands.ts';

const entries = (text: string) => parseKeyValues(text, 'linux');

test.each([
  [
    'a=1\n\nb=x=y<<z\n',
    [
      ['a', '1'],
      ['b', 'x=y<<z'],
    ],
  ],
  ['a=', [['a', '']]],
  ['a<<EOF\nEOF\n', [['a', '']]],
  [
    'a<<EOF\none\n\n two=2\nEOF\nb=3',
    [
      ['a', 'one\n\n two=2'],
      ['b', '3'],
    ],
  ],
  ['a<<EOF\none\n\nEOF', [['a', 'one\n']]],
  ['a<<EOF=\n1\nEOF=', [['a', '1']]],
  ['a=1\r\n', [['a', '1\r']]],
])('parses %j as %j', (text, expected) => {
  expect(entries(text)).toEqual({ entries: expected });
});

test('accepts CRLF line ends on Windows', () => {
  expect(parseKeyValues('a=1\r\nb<<E\r\nx\r\ny\nE\r\n', 'win32').entries).toEqual([
    ['a', '1'],
    ['b', 'x\r\ny'],
  ]);
});

test.each([
  ['ok=1\nbad\nlater=2', "Invalid format 'bad'"],
  ['ok=1\n=x', "Invalid format '=x'. Name must not be empty"],
  ['ok=1\na<<EOF\nvalue\n', "Invalid value. Matching delimiter not found 'EOF'"],
  ['ok=1\na<<EOF\nvalueEOF', "Invalid value. Matching delimiter not found 'EOF'"],
  ['ok=1\na<<\nx', "Invalid format 'a<<'. Name must not be empty and delimiter must not be empty"],
])('keeps the entries before the invalid line of %j and reports: %s', (text, problem) => {
  expect(entries(text)).toEqual({ entries: [['ok', '1']], problem });
});

test('parses one path per line', () => {
  expect(parsePaths('/a\r\n\n/b\n')).toEqual(['/a', '/b']);
});
