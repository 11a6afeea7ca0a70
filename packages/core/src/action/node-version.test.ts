import { expect, test } from 'vitest';
import { requireNode } from './node-version.ts';

test('an older Node is told before anything is missing', () => {
  expect(() => requireNode('20.20.2')).toThrow(
    'this is Node 20.20.2, and the action needs Node 24',
  );
  expect(() => requireNode('24.0.0')).not.toThrow();
  expect(() => requireNode('26.1.0')).not.toThrow();
});
