import { expect, test } from 'vitest';
import { ActionError } from './action-error.ts';

test('an ActionError has a remedy, and a cause only if one is given', () => {
  const cause = new Error('EACCES');
  const error = new ActionError('cannot read', { remedy: 'Allow it.', cause });
  expect(error).toMatchObject({ name: 'ActionError', message: 'cannot read', cause });
  expect(error.remedy).toBe('Allow it.');
  expect('cause' in new ActionError('cannot read', { remedy: 'Allow it.' })).toBe(false);
});
