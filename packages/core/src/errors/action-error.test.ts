import { expect, test } from 'vitest';
import { ActionError } from './action-error.ts';

test('ActionError carries a remedy, and a cause only where there is one', () => {
  const cause = new Error('EACCES');
  const error = new ActionError('cannot read', { remedy: 'Allow it.', cause });
  expect(error).toMatchObject({ name: 'ActionError', message: 'cannot read', cause });
  expect(error.remedy).toBe('Allow it.');
  expect('cause' in new ActionError('cannot read', { remedy: 'Allow it.' })).toBe(false);
});
