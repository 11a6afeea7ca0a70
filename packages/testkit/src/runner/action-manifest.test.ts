import { expect, test } from 'vitest';
import { parseActionManifest } from './action-manifest.ts';

test('parses an action.yml and converts defaults to strings like the runner', () => {
  const manifest = parseActionManifest(
    `
name: Probe
description: Looks
branding: { icon: activity, color: green }
inputs:
  url: { description: Where, required: true }
  dry-run: { default: true }
  version: { default: 1.10 }
  old: { deprecationMessage: use url, default: }
outputs:
  verdict: { description: pass or fail }
runs: { using: node24, main: dist/index.js, post: dist/post.js }
`,
    '/a',
  );
  expect(manifest).toEqual({
    folder: '/a',
    name: 'Probe',
    description: 'Looks',
    branding: { icon: 'activity', color: 'green' },
    inputs: [
      { name: 'url', description: 'Where', required: true },
      { name: 'dry-run', description: '', required: false, default: 'true' },
      { name: 'version', description: '', required: false, default: '1.1' },
      {
        name: 'old',
        description: '',
        required: false,
        default: '',
        deprecationMessage: 'use url',
      },
    ],
    outputs: [{ name: 'verdict', description: 'pass or fail' }],
    runs: {
      kind: 'node',
      using: 'node24',
      main: 'dist/index.js',
      preIf: 'always()',
      post: 'dist/post.js',
      postIf: 'always()',
    },
  });
});

test('recognises a composite action', () => {
  const { runs } = parseActionManifest('runs: { using: composite, steps: [] }', '/a');
  expect(runs).toEqual({ kind: 'composite' });
});

test.each([
  ['runs: { using: docker }', 'runs.using is "docker"'],
  ['runs: { using: node24 }', 'runs.main is missing'],
  ['name: x', 'runs must be a mapping'],
  ['[]', 'must be a mapping'],
])('rejects %s and names its location', (text, message) => {
  expect(() => parseActionManifest(text, '/a')).toThrow(message);
});
