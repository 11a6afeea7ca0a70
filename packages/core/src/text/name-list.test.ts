import { expect, test } from 'vitest';
import { nameList } from './name-list.ts';

test('joins names with commas, and replaces commas in names', () => {
  expect(nameList([])).toBe('');
  expect(nameList(['a', 'b,c', 'd'])).toBe('a,b c,d');
});

test('ends a list that is too long with a complete name', () => {
  expect(nameList(['aaa', 'bbb', 'ccc'], 7)).toBe('aaa,bbb');
  expect(nameList(['aaa', 'bbb', 'ccc'], 6)).toBe('aaa');
  expect(nameList(['ä'.repeat(10)], 19)).toBe('');
});
