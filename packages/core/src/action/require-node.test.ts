import { expect, test } from 'vitest';
import { ActionError } from '../errors/action-error.ts';
import { requireNode } from './run-action.ts';

function getRemedy(version: string, arch: string): string | undefined {
  try {
    requireNode(version, arch);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ActionError);
    expect(String(error)).toContain(`the action requires Node 24, but runs on Node ${version}`);
    return (error as ActionError).remedy;
  }
}

test('accepts Node 24 and later', () => {
  expect(getRemedy('24.0.0', 'x64')).toBeUndefined();
  expect(getRemedy('26.1.0', 'arm64')).toBeUndefined();
});

test('an older version of Node names the minimum version of the runner', () => {
  expect(getRemedy('20.20.2', 'x64')).toBe(
    'Update the runner to version 2.327.1 or later (2.336.0 for guarded-deploy and the reusable workflows).',
  );
});

test('on 32-bit ARM, an older version of Node names the reason', () => {
  expect(getRemedy('20.20.2', 'arm')).toBe(
    'The runner has no Node 24 for 32-bit ARM and uses Node 20. Use a 64-bit runner.',
  );
});
