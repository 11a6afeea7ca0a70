import { expect, test } from 'vitest';
import { findMarketplaceProblems } from './marketplace.ts';

const PING = { name: 'Ping', description: 'Pings.', icon: 'activity', colour: 'green' };
const PATHS = ['action.yml', 'README.md', 'LICENSE', 'dist/index.js'];

test('accepts a valid tree', () => {
  expect(findMarketplaceProblems(PATHS, PING, ['Pong'])).toEqual([]);
});

test.each([
  ['a second metadata file', [...PATHS, 'sub/action.yaml'], PING, /2 metadata files/],
  ['a workflow', [...PATHS, '.github/workflows/ci.yml'], PING, /workflow files/],
  ['a missing README', PATHS.toSpliced(1, 1), PING, /README/],
  ['a missing licence', PATHS.toSpliced(2, 1), PING, /LICENSE/],
  ['a missing action.yml', PATHS.slice(1), PING, /action\.yml is missing/],
  ['an unsupported icon', PATHS, { ...PING, icon: 'coffee' }, /"coffee"/],
  ['an unsupported colour', PATHS, { ...PING, colour: 'pink' }, /"pink"/],
  ['missing branding', PATHS, { ...PING, icon: '' }, /not a supported icon/],
  ['a missing name', PATHS, { ...PING, name: '' }, /has no name/],
  ['a missing description', PATHS, { ...PING, description: ' ' }, /has no description/],
  ['the name of another action', PATHS, { ...PING, name: 'Pong' }, /has the name "Pong"/],
])('rejects %s', (_, paths, metadata, problem) => {
  expect(findMarketplaceProblems(paths, metadata, ['Pong']).join('\n')).toMatch(problem);
});
