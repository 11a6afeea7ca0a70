import { expect, test } from 'vitest';
import { counted } from './counted.ts';

test('one is one, everything else is many', () => {
  expect([0, 1, 2].map((count) => counted(count, 'run'))).toEqual(['0 runs', '1 run', '2 runs']);
  expect(counted(3, 'entry', 'entries')).toBe('3 entries');
});
