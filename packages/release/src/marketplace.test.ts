import { expect, test } from 'vitest';
import { marketplaceProblems } from './marketplace.ts';

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

test('a tree that holds every rule', () => {
  expect(marketplaceProblems(tree(), ['Pong'])).toEqual([]);
});

test.each([
  ['a second metadata file', tree({ 'sub/action.yaml': '' }), /2 metadata files/],
  ['a workflow', tree({ '.github/workflows/ci.yml': '' }), /workflow files/],
  ['no README', tree({ 'README.md': undefined }), /README/],
  ['no licence', tree({ LICENSE: undefined }), /LICENSE/],
  [
    'an icon that GitHub leaves out',
    tree({ 'action.yml': MANIFEST.replace('activity', 'coffee') }),
    /"coffee"/,
  ],
  [
    'another colour',
    tree({ 'action.yml': MANIFEST.replace('color: green', 'color: pink') }),
    /"pink"/,
  ],
  ['no branding', tree({ 'action.yml': MANIFEST.replace(/branding.*\n/, '') }), /no icon/],
  ['no name', tree({ 'action.yml': MANIFEST.replace('name: Ping\n', '') }), /no name/],
  ['no action.yml', tree({ 'action.yml': undefined }), /no action\.yml/],
  ['a sibling', tree({ 'action.yml': `${MANIFEST}\n# uses: $/pong\n` }), /--stamp/],
])('%s is refused', (_, files, problem) => {
  expect(marketplaceProblems(files, []).join('\n')).toMatch(problem);
});

test('a name that another of ours has', () => {
  expect(marketplaceProblems(tree(), ['Ping'])).toEqual([
    'Another of our actions is called "Ping".',
  ]);
});
