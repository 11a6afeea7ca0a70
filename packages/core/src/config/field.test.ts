import { safeParse } from 'valibot';
import { expect, test } from 'vitest';
import { boolean } from '../inputs/boolean.ts';
import { duration } from '../inputs/duration.ts';
import { integer } from '../inputs/integer.ts';
import { field } from './field.ts';

test.each([
  [duration(), '5s', 5_000],
  [duration(), ' 5s ', 5_000],
  [duration(), 0, 0],
  [integer({ min: 0, max: 9 }), 7, 7],
  [boolean(), true, true],
  [boolean(), 'false', false],
])('parses a scalar like the input: %#', (parser, given, value) => {
  expect(safeParse(field<unknown>(parser), given)).toMatchObject({ success: true, output: value });
});

test('a problem has two lines: what is wrong, and how to fix it', () => {
  expect(safeParse(field(duration()), 5).issues?.map(({ message }) => message)).toEqual([
    'has no unit\nWrite a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.',
  ]);
});

test.each([[null], [[1]], [{ a: 1 }], [undefined]])(
  'rejects %j, which is not a single value',
  (given) => {
    expect(safeParse(field(duration()), given).issues?.map(({ message }) => message)).toEqual([
      'Write a single value here.',
    ]);
  },
);

test('does not report a bug in a parser as an invalid input', () => {
  const bug = new TypeError('bug');
  const parser = {
    parse: (): never => {
      throw bug;
    },
  };
  expect(() => safeParse(field(parser), 'x')).toThrow(bug);
});
