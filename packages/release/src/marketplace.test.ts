import { expect, test } from 'vitest';
import { findMarketplaceProblems } from './marketplace.ts';

const MANIFEST = `name: Ping
description: Pings.
branding: { icon: activity, color: green }
runs: { using: node24, main: dist/index.js }
`;
const tree = (changes: Readonly<Record<string, string | undefined>> = {}) =>
  new Map(
    Object.entries({
      'action.yml': MANIFEST,
      'README.md': '#',
      LICENSE: 'MIT',
      ...changes,
    }).flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])),
  );

test('accepts a valid tree', () => {
  expect(findMarketplaceProblems(tree(), ['Pong'])).toEqual([]);
});

test.each([
  ['a second metadata file', tree({ 'sub/action.yaml': '' }), /2 metadata files/],
  ['a workflow', tree({ '.github/workflows/ci.yml': '' }), /workflow files/],
  ['a missing README', tree({ 'README.md': undefined }), /README/],
  ['a missing licence', tree({ LICENSE: undefined }), /LICENSE/],
  [
    'an unsupported icon',
    tree({ 'action.yml': MANIFEST.replace('activity', 'coffee') }),
    /"coffee"/,
  ],
  [
    'an unsupported colour',
    tree({ 'action.yml': MANIFEST.replace('color: green', 'color: pink') }),
    /"pink"/,
  ],
  [
    'missing branding',
    tree({ 'action.yml': MANIFEST.replace(/branding.*\n/, '') }),
    /not a supported icon/,
  ],
  ['a missing name', tree({ 'action.yml': MANIFEST.replace('name: Ping\n', '') }), /has no name/],
  ['a missing action.yml', tree({ 'action.yml': undefined }), /action\.yml is missing/],
  ['a sibling', tree({ 'action.yml': `${MANIFEST}\n# uses: $/pong\n` }), /--stamp/],
])('rejects %s', (_, files, problem) => {
  expect(findMarketplaceProblems(files, []).join('\n')).toMatch(problem);
});

test('rejects the name of another action', () => {
  expect(findMarketplaceProblems(tree(), ['Ping'])).toEqual([
    'Another action of this repository has the name "Ping".',
  ]);
});
