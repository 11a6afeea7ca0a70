import { describe, expect, test } from 'vitest';
import { regex } from './regex.ts';

describe('regex', () => {
  test('finds its pattern anywhere in the text', async () => {
    const pattern = await regex().parse('ver(sion)? \\d+');
    expect(pattern.source).toBe('ver(sion)? \\d+');
    expect(pattern.test('the version 12 is out')).toBe(true);
    expect(pattern.test('no such thing')).toBe(false);
    // Asked again, it has no memory of the last place.
    expect(pattern.test('the version 12 is out')).toBe(true);
  });

  test('runs in linear time', async () => {
    // 2^50 steps in an engine that backtracks: the test would not end.
    const pattern = await regex().parse('^(a+)+$');
    expect(pattern.test(`${'a'.repeat(50)}!`)).toBe(false);
    expect(pattern.test('a'.repeat(50))).toBe(true);
  });

  test.each(['(?=a)b', '(?<!a)b', '(a)\\1', '(', 'a**', 'a{1001}'])('rejects %s', async (given) => {
    await expect(regex().parse(given)).rejects.toThrow(
      expect.objectContaining({
        name: 'InvalidValue',
        message: expect.stringMatching(/^is not a regular expression \(.+\)$/),
        remedy: 'Use RE2 syntax, which has no look-ahead, look-behind or back references.',
      }),
    );
  });
});
