import { expect, test } from 'vitest';
import { pluralize } from './pluralize.ts';

test('uses the singular for 1 only', () => {
  expect([0, 1, 2].map((count) => pluralize(count, 'run'))).toEqual(['0 runs', '1 run', '2 runs']);
  expect(pluralize(3, 'entry', 'entries')).toBe('3 entries');
});
