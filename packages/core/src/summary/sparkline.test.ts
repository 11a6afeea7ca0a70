import { expect, test } from 'vitest';
import { sparkline } from './sparkline.ts';

test.each([
  ['no values', [], ''],
  ['one value', [5], '█'],
  ['all zero', [0, 0], '▁▁'],
  ['from zero to the maximum', [0, 1, 2, 3, 4, 5, 6, 7, 8], '▁▂▃▄▅▆▇██'],
  ['gaps', [1, undefined, 2], '▅×█'],
  ['only gaps', [undefined, undefined], '××'],
  ['tiny values', [1e-300, 5e-301], '█▅'],
  ['below zero is shown as zero', [-5, 10], '▁█'],
  ['a gap for values that are not finite', [Number.NaN, 1, Number.POSITIVE_INFINITY], '×█×'],
])('%s', (_, values, expected) => {
  expect(sparkline(values)).toBe(expected);
});

test('draws at most thirty bars, each the maximum of its values', () => {
  expect(sparkline(Array.from({ length: 30 }, () => 1))).toHaveLength(30);
  const values = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? 1 : 8));
  expect(sparkline(values)).toBe('█'.repeat(30));
  expect(sparkline([...values, 1])).toHaveLength(21);
  expect(sparkline([...values.slice(0, 59), undefined])).toBe(`${'█'.repeat(29)}×`);
});

test('handles many values', () => {
  expect(sparkline(Array.from({ length: 1_000_000 }, (_, index) => index))).toHaveLength(30);
});
