import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
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
  return [...new Set(pinned.map((path) => `/${posix.dirname(path)}`))];
}

interface Update {
  readonly 'package-ecosystem': string;
  readonly directory?: string;
  readonly directories?: readonly string[];
}

async function readDirectories(ecosystem: string): Promise<readonly string[]> {
  const text = await readFile(join(root, '.github/dependabot.yml'), 'utf8');
  const { updates }: { readonly updates: readonly Update[] } = parse(text);
  return updates
    .filter((update) => update['package-ecosystem'] === ecosystem)
    .flatMap(({ directory, directories = [] }) => directory ?? directories);
}

test('Dependabot updates the actions in every workflow', async () => {
  // Dependabot looks into .github/workflows for "/" only; it takes any other directory literally.
  const globs = (await readDirectories('github-actions')).map((glob) =>
    glob === '/' ? '/.github/workflows' : glob,
  );
  const missed = (await findPinnedDirectories()).filter(
    (directory) => !globs.some((glob) => posix.matchesGlob(directory, glob)),
  );
  expect(missed).toEqual([]);
});

test('Dependabot updates every lock file of npm and pnpm', async () => {
  const locks = listTrackedFiles(root).filter((path) =>
    /(^|\/)(pnpm-lock\.yaml|package-lock\.json)$/.test(path),
  );
  const directories = locks.map((path) => posix.join('/', posix.dirname(path)));
  expect((await readDirectories('npm')).toSorted()).toEqual(directories.toSorted());
});
