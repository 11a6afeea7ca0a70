import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeTree } from './remove-tree.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remove-tree-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('removes folders without write permission, and keeps the targets of links', async () => {
  const kept = join(folder, 'kept');
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'a/b/c'), { recursive: true });
  mkdirSync(kept);
  for (const path of [join(tree, 'a/file'), join(tree, 'a/b/c/file'), join(kept, 'file')]) {
    writeFileSync(path, '');
  }
  symlinkSync(kept, join(tree, 'a/link'), 'junction');
  for (const path of ['a/b/c', 'a/b', 'a', '']) chmodSync(join(tree, path), 0o500);
  chmodSync(kept, 0o755);
  await removeTree(tree);
  expect([existsSync(tree), existsSync(join(kept, 'file'))]).toEqual([false, true]);
});

test('removes a file and a link, and ignores a missing path', async () => {
  const file = join(folder, 'file');
  const link = join(folder, 'link');
  writeFileSync(file, '');
  symlinkSync(folder, link, 'junction');
  for (const path of [link, file, join(folder, 'nothing')]) await removeTree(path);
  expect([existsSync(link), existsSync(file), existsSync(folder)]).toEqual([false, false, true]);
});
