import { describe, expect, test } from 'vitest';
import { InvalidValue } from '../errors/invalid-value.ts';
import { formatSize, size } from './size.ts';

const REMEDY = 'Write a number with a unit: 512B, 50MB (1000-based) or 20MiB (1024-based).';

describe('size', () => {
  test.each([
    ['512B', 512],
    ['50MB', 50_000_000],
    ['50 MB', 50_000_000],
    ['20MiB', 20_971_520],
    ['1.5kB', 1_500],
    ['1KB', 1_000],
    ['1KiB', 1_024],
    ['2GB', 2e9],
    ['2GiB', 2_147_483_648],
    ['1TB', 1e12],
    ['1TiB', 1_099_511_627_776],
    ['0', 0],
  ])('%s is %d bytes', (given, bytes) => {
    expect(size().parse(given)).toBe(bytes);
  });

  test.each([
    ['50', 'has no unit', REMEDY],
    ['50mb', 'has an unknown unit', REMEDY],
    ['5 constructor', 'has an unknown unit', REMEDY],
    ['5toString', 'has an unknown unit', REMEDY],
    ['-5MB', 'is not a size', REMEDY],
    ['MB', 'is not a size', REMEDY],
    ['9007199254740992B', 'is too large', 'Write at most 9007.2TB.'],
  ])('%s %s', (given, problem, remedy) => {
    const parse = () => size().parse(given);
    expect(parse).toThrow(InvalidValue);
    expect(parse).toThrow(expect.objectContaining({ message: problem, remedy }));
  });

  test('rejects more than the maximum', () => {
    const { parse } = size({ max: 64_000 });
    expect(parse('64kB')).toBe(64_000);
    expect(() => parse('64001B')).toThrow(
      expect.objectContaining({ message: 'is too large', remedy: 'Write at most 64kB.' }),
    );
  });
});

test.each([
  [0, '0B'],
  [512, '512B'],
  [999, '999B'],
  [1_000, '1kB'],
  [1_500, '1.5kB'],
  [999_949, '999.9kB'],
  [999_999, '1MB'],
  [20_000_000, '20MB'],
  [1e9, '1GB'],
  [1e12, '1TB'],
  [5e15, '5000TB'],
])('formatSize: %d bytes are %s', (bytes, expected) => {
  expect(formatSize(bytes)).toBe(expected);
});
