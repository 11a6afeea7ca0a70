import { expect, test } from 'vitest';
import { parseWorkflowCommand } from './workflow-commands.ts';

const known = (name: string) => ['error', 'set-env', 'endgroup'].includes(name);
const parse = (line: string) => parseWorkflowCommand(line, known);

test('unescapes properties and data, %25 last', () => {
  expect(parse('::error file=a%2Cb%3A.ts,line=3,title=100%2525::x%0Ay %250A::z')).toEqual({
    name: 'error',
    properties: { file: 'a,b:.ts', line: '3', title: '100%25' },
    data: 'x\ny %0A::z',
  });
});

test('keeps %3A and %2C in data', () => {
  expect(parse('::error::%3A%2C')?.data).toBe('%3A%2C');
});

test.each([
  ['\t ::error::a'],
  ['\u00a0\u0085::error::a'],
  ['::ERROR::a'],
  ['::error ::a'],
  ['::error file=::a'],
  ['text before ##[error]a'],
  ['##[Error]a'],
])('parses %j as the error "a" without properties', (line) => {
  expect(parse(line)).toEqual({ name: 'error', properties: {}, data: 'a' });
});

test('parses the old syntax with ; and %3B and %5D', () => {
  expect(parse('x ##[error file=a%3Bb;line=2]%5D%3B::')).toEqual({
    name: 'error',
    properties: { file: 'a;b', line: '2' },
    data: '];::',
  });
});

test.each([
  'text ::error::a',
  '::error:a',
  '::unknown::a',
  '##[unknown]a',
  '##[error a',
  ': :error::a',
  '\ufeff::error::a',
  '',
])('treats %j as ordinary output', (line) => {
  expect(parse(line)).toBeUndefined();
});
