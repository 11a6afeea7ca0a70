import { expect, test } from 'vitest';
import { boolean } from './boolean.ts';

test.each(['true', 'True', 'TRUE'])('%s is true', (given) => {
  expect(boolean().parse(given)).toBe(true);
});

test.each(['false', 'False', 'FALSE'])('%s is false', (given) => {
  expect(boolean().parse(given)).toBe(false);
});

test.each(['yes', 'no', 'on', 'off', '1', '0', 'tRUE', 'true '])('%j is neither', (given) => {
  expect(() => boolean().parse(given)).toThrow(
    expect.objectContaining({
      message: 'is not true or false',
      remedy: 'Write true or false.',
    }),
  );
});
