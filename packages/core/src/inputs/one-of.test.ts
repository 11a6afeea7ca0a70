import { expect, test } from 'vitest';
import { failOnInput } from './fail-on.ts';
import { oneOf } from './one-of.ts';

test('accepts only the words', () => {
  const { parse } = oneOf(['any', 'all', 'first']);
  expect(parse('all')).toBe('all');
  for (const other of ['All', 'none', 'toString'])
    expect(() => parse(other)).toThrow(
      expect.objectContaining({
        message: 'is not a valid value',
        remedy: 'Write any, all or first.',
      }),
    );
});

test.each([
  [['only'], 'Write only.'],
  [['a', 'b'], 'Write a or b.'],
])('the remedy for %j is: %s', (words, remedy) => {
  expect(() => oneOf(words).parse('x')).toThrow(expect.objectContaining({ remedy }));
});

test('fail-on accepts the words of the action', () => {
  const { parse } = failOnInput({ fail: ['fail'], never: [] });
  expect(parse('never')).toBe('never');
  expect(() => parse('warn')).toThrow(expect.objectContaining({ remedy: 'Write fail or never.' }));
});
