import { readFile } from 'node:fs/promises';
import { dirname, join, matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listTrackedFiles } from '@repo/devtools/tracked-files';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The directories with pinned actions: workflows, also of the examples, and composite actions. */
async function findPinnedDirectories(): Promise<readonly string[]> {
  const files = listTrackedFiles(root).filter((path) => /\.ya?ml$/.test(path));
  const texts = await Promise.all(files.map((path) => readFile(join(root, path), 'utf8')));
  const pinned = files.filter((_, index) => /uses: \S+@[0-9a-f]{40}/.test(texts[index] ?? ''));
  return [...new Set(pinned.map((path) => `/${dirname(path)}`))];
}

test('Dependabot updates the actions in every workflow, and the npm packages', async () => {
  const { updates } = parse(await readFile(join(root, '.github/dependabot.yml'), 'utf8'));
  const ecosystems: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
    updates.map(
      (one: { directory?: string; directories?: string[]; 'package-ecosystem': string }) => [
        one['package-ecosystem'],
        one.directories ?? [one.directory],
      ],
    ),
  );
  // Dependabot looks into .github/workflows for "/" only; it takes any other directory literally.
  const globs = ecosystems['github-actions']?.map((glob) =>
    glob === '/' ? '/.github/workflows' : glob,
  );
  const missed = (await findPinnedDirectories()).filter(
    (directory) => !globs?.some((glob) => matchesGlob(directory, glob)),
  );
  expect(missed).toEqual([]);
  expect(ecosystems.npm).toEqual(['/']);
});
