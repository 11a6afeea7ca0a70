import { expect, test } from 'vitest';
import { percentage } from './percentage.ts';

test.each([
  ['5%', 0.05],
  ['7%', 0.07],
  ['100%', 1],
  ['0.5%', 0.005],
  ['5 %', 0.05],
  ['0', 0],
  ['0%', 0],
])('%s is %d', (given, fraction) => {
  expect(percentage().parse(given)).toBe(fraction);
});

test.each([
  ['5', 'has no percent sign'],
  ['101%', 'is out of range'],
  ['100.1%', 'is out of range'],
  ['-5%', 'is not a percentage'],
  ['five%', 'is not a percentage'],
])('%s %s', (given, message) => {
  expect(() => percentage().parse(given)).toThrow(
    expect.objectContaining({ message, remedy: 'Write a percentage from 0% to 100%.' }),
  );
});

test('formats another maximum', () => {
  expect(percentage({ max: 10 }).parse('1000%')).toBe(10);
  expect(() => percentage({ max: 0.07 }).parse('8%')).toThrow(
    expect.objectContaining({ remedy: 'Write a percentage from 0% to 7%.' }),
  );
});
