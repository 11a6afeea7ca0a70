import { expect, test } from 'vitest';
import { createMasker } from './masking.ts';

test('a secret is hidden wherever it stands, also encoded', () => {
  const { mask } = createMasker(['p&ss "w"rd']);
  expect(mask('a p&ss "w"rd b p&ss "w"rd')).toBe('a *** b ***');
  expect(mask(`basic ${btoa('p&ss "w"rd')}`)).toBe('basic ***');
  expect(mask(`?q=${encodeURIComponent('p&ss "w"rd')}`)).toBe('?q=***');
  expect(mask(JSON.stringify({ k: 'p&ss "w"rd' }))).toBe('{"k":"***"}');
});

test('a secret of several lines is hidden line by line', () => {
  const { mask } = createMasker(['first line\r\n\nsecond line']);
  expect(mask('> first line <')).toBe('> *** <');
  expect(mask('second line')).toBe('***');
});

test('overlapping and touching finds become one', () => {
  const { mask } = createMasker(['abcd', 'cdef', 'ghij']);
  expect(mask('xabcdefghijx')).toBe('x***x');
});

test('a value counts only from when it was added, white space never', () => {
  const { add, mask } = createMasker();
  expect(mask('hunter2')).toBe('hunter2');
  add('hunter2');
  add('  ');
  expect(mask('a  hunter2')).toBe('a  ***');
});
