import { describe, expect, test } from 'vitest';
import { formatLimit, limit } from './limit.ts';

describe('limit', () => {
  test.each([
    ['2 per 6h', { most: 2, window: 21_600_000 }, '2 per 6h'],
    ['1 per 60m', { most: 1, window: 3_600_000 }, '1 per 1h'],
    ['10  per  1h30m', { most: 10, window: 5_400_000 }, '10 per 1h 30m'],
  ])('%s', (text, value, formatted) => {
    expect(limit().parse(text)).toEqual(value);
    expect(formatLimit(value)).toBe(formatted);
  });

  test.each([
    ['2', 'is not a number per time window'],
    ['2/6h', 'is not a number per time window'],
    ['-1 per 6h', 'is not a number per time window'],
    ['0 per 6h', 'allows nothing'],
    ['2 per 6', 'has no unit'],
    ['2 per 0s', 'is too short'],
  ])('%s %s', (text, problem) => {
    expect(() => limit().parse(text)).toThrow(problem);
  });
});
