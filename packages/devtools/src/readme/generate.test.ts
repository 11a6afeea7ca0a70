import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateReadmes, type ReadmeState } from './generate.ts';
import { renderVersions } from './tables.ts';

const ACTION = `
description: Looks
inputs: { url: { description: Where } }
runs: { using: composite, steps: [] }
`;
const MARKED = `# Probe
<!-- versions:start -->
<!-- versions:end -->
<!-- inputs:start -->old<!-- inputs:end -->
between
<!-- outputs:start -->
<!-- outputs:end -->
`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'readme-test-'));
  await mkdir(join(root, 'actions/probe'), { recursive: true });
  await mkdir(join(root, 'actions/not-yet'));
  await writeFile(join(root, 'actions/probe/action.yml'), ACTION);
  await writeFile(join(root, 'actions/probe/README.md'), MARKED);
  await writeFile(join(root, 'README.md'), '<!-- actions:start -->\n<!-- actions:end -->');
});
afterEach(() => rm(root, { recursive: true }));

async function write(readmes: readonly ReadmeState[]): Promise<void> {
  for (const readme of readmes) {
    if (readme.kind !== 'broken') await writeFile(join(root, readme.path), readme.text);
  }
}

test('updates only the text between the markers', async () => {
  const [all, probe] = await generateReadmes(root);
  expect(all).toMatchObject({ kind: 'stale', path: 'README.md' });
  expect(probe).toEqual({
    kind: 'stale',
    path: 'actions/probe/README.md',
    text: `# Probe
<!-- versions:start -->

${renderVersions('probe')}

<!-- versions:end -->
<!-- inputs:start -->

| Input | Description | Default |
| --- | --- | --- |
| \`url\` | Where |  |

<!-- inputs:end -->
between
<!-- outputs:start -->

None.

<!-- outputs:end -->
`,
  });
});

test('is current after one update', async () => {
  await write(await generateReadmes(root));
  const kinds = (await generateReadmes(root)).map(({ kind }) => kind);
  expect(kinds).toEqual(['current', 'current']);
});

test.each([
  ['<!-- versions:start -->'],
  ['<!-- inputs:start -->'],
  ['<!-- inputs:end -->'],
  ['<!-- outputs:start -->'],
  ['<!-- outputs:end -->'],
])('reports a README without %s as broken', async (marker) => {
  await writeFile(join(root, 'actions/probe/README.md'), MARKED.replace(marker, ''));
  expect((await generateReadmes(root))[1]).toEqual({
    kind: 'broken',
    path: 'actions/probe/README.md',
    problem: `is missing the marker ${marker}`,
  });
});

test('reports an action without a README as broken', async () => {
  await rm(join(root, 'actions/probe/README.md'));
  expect((await generateReadmes(root))[1]).toMatchObject({ kind: 'broken', problem: 'is missing' });
});
