import { expect, test } from 'vitest';
import { nameList } from './name-list.ts';

test('names are separated by commas, which no name keeps', () => {
  expect(nameList([])).toBe('');
  expect(nameList(['a', 'b,c', 'd'])).toBe('a,b c,d');
});

test('a list that is too long ends with a whole name', () => {
  expect(nameList(['aaa', 'bbb', 'ccc'], 7)).toBe('aaa,bbb');
  expect(nameList(['aaa', 'bbb', 'ccc'], 6)).toBe('aaa');
  expect(nameList(['ä'.repeat(10)], 19)).toBe('');
});
