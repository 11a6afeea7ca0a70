import { expect, test } from 'vitest';
import { requireNode } from './run-action.ts';

test('rejects an older version of Node', () => {
  expect(() => requireNode('20.20.2')).toThrow(
    'the action requires Node 24, but runs on Node 20.20.2',
  );
  expect(() => requireNode('24.0.0')).not.toThrow();
  expect(() => requireNode('26.1.0')).not.toThrow();
});
