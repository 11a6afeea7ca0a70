import { expect, test } from 'vitest';
import { missingPermission } from './explain-failure.ts';

test.each([
  ['/repos/o/r/issues', 'issues'],
  // The next page of a list.
  ['/repositories/1/issues', 'issues'],
  ['/repos/o/r/issues/1/comments', 'issues'],
  ['/repos/o/r/labels', 'issues'],
  ['/repos/o/r/pulls/1', 'pull-requests'],
  ['/repos/o/r/actions/workflows/x.yml/dispatches', 'actions'],
  ['/repos/o/r/deployments', 'deployments'],
  ['/repos/o/r/git/refs', 'contents'],
  ['/repos/o/r/compare/a...b', 'contents'],
  ['/repos/o/r/environments/production', 'actions'],
  ['/repos/o/r/check-runs', 'checks'],
  ['/repos/o/r/pages/deployments', 'pages'],
])('%s needs %s', (path, name) => {
  expect(missingPermission('write', path, undefined)).toBe(`${name}: write`);
});

test('prefers the permission that GitHub names', () => {
  const accepted = 'pull_requests=write; issues=write';
  expect(missingPermission('write', '/repos/o/r/issues', accepted)).toBe('pull-requests: write');
});

test('does not guess an unknown permission', () => {
  expect(missingPermission('read', '/user', undefined)).toBeUndefined();
});
