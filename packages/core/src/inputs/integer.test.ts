import { expect, test } from 'vitest';
import { integer } from './integer.ts';

const { parse } = integer({ min: -3, max: 65_535 });

test.each([
  ['-3', -3],
  ['0', 0],
  ['+5', 5],
  ['007', 7],
  ['65535', 65_535],
])('%s is %d', (given, value) => {
  expect(parse(given)).toBe(value);
});

test.each([
  ['-4', 'is out of range'],
  ['65536', 'is out of range'],
  ['9'.repeat(400), 'is out of range'],
  ['1.5', 'is not a whole number'],
  ['1e3', 'is not a whole number'],
  ['0x10', 'is not a whole number'],
  ['', 'is not a whole number'],
  ['many', 'is not a whole number'],
])('%j %s', (given, message) => {
  expect(() => parse(given)).toThrow(
    expect.objectContaining({ message, remedy: 'Write a whole number from -3 to 65535.' }),
  );
});
