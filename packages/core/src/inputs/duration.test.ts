import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidValue } from '../errors/invalid-value.ts';
import { duration, formatDuration } from './duration.ts';

fc.configureGlobal({ seed: 20_261_120 });

const REMEDY = 'Write a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.';

describe('duration', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['1.5s', 1_500],
    ['1.1s', 1_100],
    ['0.4ms', 0.4],
    ['0', 0],
    ['00', 0],
    ['0s', 0],
    ['1m500ms', 60_500],
    ['2147483647ms', 2_147_483_647],
  ])('%s is %d ms', (given, ms) => {
    expect(duration().parse(given)).toBe(ms);
  });

  test.each([
    ['5', 'has no unit', REMEDY],
    ['1.5', 'has no unit', REMEDY],
    ['-5s', 'is not a duration', REMEDY],
    ['5 s', 'is not a duration', REMEDY],
    ['.5s', 'is not a duration', REMEDY],
    ['5S', 'is not a duration', REMEDY],
    ['5w', 'is not a duration', REMEDY],
    ['1h30', 'is not a duration', REMEDY],
    ['1e3s', 'is not a duration', REMEDY],
    ['fast', 'is not a duration', REMEDY],
    ['2147483648ms', 'is too long', 'Write at most 24d 20h.'],
    [`${'9'.repeat(400)}d`, 'is too long', 'Write at most 24d 20h.'],
  ])('%s %s', (given, problem, remedy) => {
    const parse = () => duration().parse(given);
    expect(parse).toThrow(InvalidValue);
    expect(parse).toThrow(expect.objectContaining({ message: problem, remedy }));
  });

  test('includes the bounds', () => {
    const { parse } = duration({ min: 1_000, max: 60_000 });
    expect(parse('1s')).toBe(1_000);
    expect(parse('1m')).toBe(60_000);
    expect(() => parse('0')).toThrow(
      expect.objectContaining({ message: 'is too short', remedy: 'Write at least 1s.' }),
    );
    expect(() => parse('61s')).toThrow(
      expect.objectContaining({ message: 'is too long', remedy: 'Write at most 1m.' }),
    );
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0ms'],
    [0.04, '0ms'],
    [0.4, '0.4ms'],
    [9.94, '9.9ms'],
    [9.96, '10ms'],
    [450, '450ms'],
    [999.4, '999ms'],
    [999.6, '1s'],
    [2_500, '2.5s'],
    [59_940, '59.9s'],
    [59_960, '1m'],
    [90_000, '1m 30s'],
    [3_599_400, '59m 59s'],
    [3_599_900, '1h'],
    [3_630_000, '1h'],
    [7_500_000, '2h 5m'],
    [86_399_900, '1d'],
    [273_600_000, '3d 4h'],
  ])('%d ms is %s', (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected);
  });

  test('writes durations that can be parsed again, with little rounding', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2 ** 31 - 86_400_000, noNaN: true }), (ms) => {
        const again = duration().parse(formatDuration(ms).replace(' ', ''));
        expect(Math.abs(again - ms)).toBeLessThanOrEqual(Math.max(0.05, ms * 0.05));
      }),
    );
  });
});
