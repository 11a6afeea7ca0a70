import { InvalidValue } from '@repo/core/errors/invalid-value';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuantity } from './quantity.ts';
import { exceeds, isUnitCompatible, threshold } from './threshold.ts';

const parsed = (text: string) => threshold().parse(text);

describe('threshold', () => {
  test.each([
    ['10%', 0.1, '10%'],
    ['10 %', 0.1, '10%'],
    ['0.1', 0.1, '10%'],
    ['.05', 0.05, '5%'],
    ['1', 1, '100%'],
    ['150%', 1.5, '150%'],
    ['0', 0, '0%'],
    ['12.5%', 0.125, '12.5%'],
  ])('parses the percentage %s', (text, ratio, formatted) => {
    expect(parsed(text)).toEqual({ kind: 'relative', ratio, text: formatted });
  });

  test.each([
    ['+50MB', 50e6, 'B'],
    ['50MB', 50e6, 'B'],
    ['+ 20MiB', 20 * 2 ** 20, 'B'],
    ['5pp', 5, '%'],
    ['+2ms', 2e6, 'ns'],
    ['+1.5 s', 1.5e9, 'ns'],
    ['+3', 3, ''],
    ['1e3ns', 1_000, 'ns'],
  ])('parses the amount %s', (text, amount, unit) => {
    expect(parsed(text)).toEqual({ kind: 'absolute', quantity: { amount, unit }, text });
  });

  test.each([
    ['10', /has no unit/],
    ['1.01', /has no unit/],
    ['-5%', /is negative/],
    ['-5MB', /is negative/],
    ['', /is not a valid threshold/],
    ['ten', /is not a valid threshold/],
    ['10 percent', /is not a valid threshold/],
    ['+5 parsecs', /is not a valid threshold/],
    ['10%%', /is not a valid threshold/],
    ['NaN', /is not a valid threshold/],
    ['Infinity', /is not a valid threshold/],
  ])('rejects %j: %s', (text, problem) => {
    expect(() => parsed(text)).toThrow(InvalidValue);
    expect(() => parsed(text)).toThrow(problem);
  });
});

describe('exceeds', () => {
  test.each([
    ['10%', 100, 110, 'lower', false],
    ['10%', 100, 110.001, 'lower', true],
    ['10%', 100, 90, 'lower', false],
    ['10%', 100, 90, 'higher', false],
    ['10%', 100, 89.9, 'higher', true],
    ['10%', 0.1 + 0.2, 0.33, 'lower', false],
    ['0%', 5, 5, 'lower', false],
    ['0%', 5, 5.01, 'lower', true],
    ['10%', -100, -90, 'lower', false],
    ['10%', -100, -89, 'lower', true],
    ['10%', 0, 1, 'lower', true],
    ['+50MB', 100e6, 150e6, 'lower', false],
    ['+50MB', 100e6, 150e6 + 1, 'lower', true],
    ['5pp', 80, 75, 'higher', false],
    ['5pp', 80, 74.9, 'higher', true],
  ] as const)('%s, %d → %d, better: %s: %s', (text, before, after, better, expected) => {
    expect(exceeds(parsed(text), before, after, better)).toBe(expected);
  });

  test('a change that exceeds the threshold exceeds any part of it', () => {
    const value = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        value,
        value,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (before, after, scale) => {
          const ten = parsed('10%');
          if (exceeds(ten, before, after, 'lower')) {
            expect(exceeds(ten, before, after, 'lower', scale)).toBe(true);
            expect(exceeds(ten, before, after, 'higher', scale)).toBe(false);
          }
        },
      ),
    );
  });
});

test.each([
  ['50MB', 'B', true],
  ['50MB', 'ns', false],
  ['50MB', '', true],
  ['5', 'allocs', true],
  ['5', 'B', false],
  ['5', 'ns', false],
  ['5pp', '%', true],
])('%s is comparable with values in "%s": %s', (amount, unit, expected) => {
  expect(isUnitCompatible(parseQuantity(amount), unit)).toBe(expected);
});
