import { expect, test } from 'vitest';
import { getImageCreatedMs, getReferences, getRepository } from './docker-object.ts';

test.each([
  ['app:1', 'app'],
  ['app', 'app'],
  ['reg:5000/a/b', 'reg:5000/a/b'],
  ['reg:5000/a/b:1', 'reg:5000/a/b'],
  ['reg:5000/a/b@sha256:00', 'reg:5000/a/b'],
])('reads the repository of %s as %s', (reference, repository) => {
  expect(getRepository(reference)).toBe(repository);
});

test('leaves out the digest of a repository that has a tag', () => {
  expect(getReferences({ tags: ['a:1'], digests: ['a@sha256:0', 'b@sha256:0'] })).toEqual([
    'a:1',
    'b@sha256:0',
  ]);
});

test.each([
  [Date.UTC(2026, 0, 1), undefined, Date.UTC(2026, 0, 1)],
  [Date.UTC(2020, 0, 1), Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1)],
  [Date.UTC(1980, 0, 1), Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1)],
  [Date.UTC(1980, 0, 1), undefined, undefined],
  [undefined, undefined, undefined],
])('dates an image built at %s and tagged at %s to %s', (built, tagged, created) => {
  expect(getImageCreatedMs(built, tagged)).toBe(created);
});
