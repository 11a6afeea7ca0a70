import { expect, test } from 'vitest';
import { createMasker } from './masking.ts';

test('masks a secret everywhere, also encoded', () => {
  const { mask } = createMasker(['p&ss "w"rd']);
  expect(mask('a p&ss "w"rd b p&ss "w"rd')).toBe('a *** b ***');
  expect(mask(`basic ${btoa('p&ss "w"rd')}`)).toBe('basic ***');
  expect(mask(`?q=${encodeURIComponent('p&ss "w"rd')}`)).toBe('?q=***');
  expect(mask(JSON.stringify({ k: 'p&ss "w"rd' }))).toBe('{"k":"***"}');
});

test('masks each line of a multi-line secret', () => {
  const { mask } = createMasker(['first line\r\n\nsecond line']);
  expect(mask('> first line <')).toBe('> *** <');
  expect(mask('second line')).toBe('***');
});

test('joins overlapping and adjacent matches', () => {
  const { mask } = createMasker(['abcd', 'cdef', 'ghij']);
  expect(mask('xabcdefghijx')).toBe('x***x');
});

test('masks a value only after it is added, and never white space', () => {
  const { add, mask } = createMasker();
  expect(mask('hunter2')).toBe('hunter2');
  add('hunter2');
  add('  ');
  expect(mask('a  hunter2')).toBe('a  ***');
});
