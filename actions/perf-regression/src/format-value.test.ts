import { expect, test } from 'vitest';
import { formatChange, formatValue } from './format-value.ts';

test.each([
  [0.25, 'ns', '0.25 ns'],
  [999, 'ns', '999 ns'],
  [1_230, 'ns', '1.23 µs'],
  [12_345_678, 'ns', '12.35 ms'],
  [90e9, 'ns', '90 s'],
  [-1_500, 'ns', '-1.5 µs'],
  [0, 'ns', '0 ns'],
  [93.333, '%', '93.33%'],
  [1_234, 'count', '1,234'],
  [1_234_567.89, '', '1,234,567.9'],
  [0.00001, '', '1.00e-5'],
  [1e18, '', '1.00e+18'],
  [42, 'allocs', '42 allocs'],
])('formats %d %s as %s', (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text);
});

test('keeps the sign of sizes and rates', () => {
  expect(formatValue(-1_000_000, 'B')).toBe(`-${formatValue(1_000_000, 'B')}`);
  expect(formatValue(1_000_000, 'B/s')).toBe(`${formatValue(1_000_000, 'B')}/s`);
  expect(formatValue(-1_000_000, 'B/s')).toMatch(/^-.*\/s$/);
});

test.each([
  [1.234, '+23.4%'],
  [0.8, '−20.0%'],
  [1, '±0%'],
  [1.0004, '±0%'],
  [0.9996, '±0%'],
  [21, '+2.0e+3%'],
  [0, '−100.0%'],
])('formats the ratio %d as %s', (ratio, text) => expect(formatChange(ratio)).toBe(text));
