import { expect, test } from 'vitest';
import { createLineSplitter } from './node-process.ts';

function split(...chunks: string[]): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

test.each([
  [['a\nb'], ['a', 'b']],
  [['a\r\nb\rc\n'], ['a', 'b', 'c']],
  [
    ['a\r', '\nb'],
    ['a', 'b'],
  ],
  [
    ['a\r', '', '\nb'],
    ['a', 'b'],
  ],
  [
    ['a\r', 'b'],
    ['a', 'b'],
  ],
  [
    ['a', 'b\n', '\n', 'c'],
    ['ab', '', 'c'],
  ],
  [[''], []],
])('splits %j into %j', (chunks, expected) => {
  expect(split(...chunks)).toEqual(expected);
});
