import { expect, test } from 'vitest';
import { rewriteLinks } from './links.ts';
import { replaceSiblings } from './tree.ts';

const placement = {
  toTreePath: (path: string) =>
    path.startsWith('actions/') ? path.slice('actions/'.length) : undefined,
  toUrl: (path: string, depth: number) => `${'../'.repeat(depth + 2)}blob/abc/${path}`,
};

test.each([
  ['[a](actions/ping/README.md)', 'README.md', 'README.md', '[a](ping/README.md)'],
  ['[a](actions/ping/README.md#b)', 'README.md', 'README.md', '[a](ping/README.md#b)'],
  ['[a](docs/b.md)', 'README.md', 'README.md', '[a](../../blob/abc/docs/b.md)'],
  [
    '[a](../../docs/b.md)',
    'actions/x/README.md',
    'x/README.md',
    '[a](../../../blob/abc/docs/b.md)',
  ],
  ['[a](../y/README.md)', 'actions/x/README.md', 'x/README.md', '[a](../y/README.md)'],
  ['<img src="docs/i.png">', 'README.md', 'README.md', '<img src="../../blob/abc/docs/i.png">'],
  [
    '[a](https://x.example) [b](#c) [d](/e)',
    'README.md',
    'README.md',
    '[a](https://x.example) [b](#c) [d](/e)',
  ],
])('rewrites %s of %s in %s to %s', (text, from, to, expected) => {
  expect(rewriteLinks(text, from, to, placement)).toBe(expected);
});

test('replaces only sibling references', () => {
  const text = `uses: $/ping\n- uses: "$/.github/workflows/a.yml"\nrun: echo $/ping\nuses: ./x\n`;
  expect(replaceSiblings(text, 'org/actions', 'v1.2.0')).toBe(
    'uses: org/actions/ping@v1.2.0\n- uses: "org/actions/.github/workflows/a.yml@v1.2.0"\nrun: echo $/ping\nuses: ./x\n',
  );
});
