import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RenameSystem } from '@repo/core/files/rename-with-retries';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { moveIntoPlace, requireNotInUse } from './move-into-place.ts';

let folder: string;
let waits: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'move-'));
  waits = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Windows, where some renames fail with EPERM. */
function createSystem(fails: (from: string, to: string) => boolean): RenameSystem {
  return {
    platform: 'win32',
    rename: async (from, to) => {
      if (fails(from, to)) throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
      await rename(from, to);
    },
    sleep: async () => void waits++,
  };
}

function createPaths() {
  const [finalPath, newPath, oldPath] = ['app.toml', 'new', 'old'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  writeFileSync(finalPath, 'bad');
  writeFileSync(newPath, 'good');
  return { finalPath, newPath, oldPath };
}

test('moves a file aside that Windows does not replace', async () => {
  const paths = createPaths();
  const isReplaced = (_: string, to: string) => to === paths.finalPath && existsSync(to);
  await moveIntoPlace(paths, createSystem(isReplaced));
  expect(readFileSync(paths.finalPath, 'utf8')).toBe('good');
  expect([existsSync(paths.newPath), existsSync(paths.oldPath), waits]).toEqual([false, false, 0]);
});

test('waits until a virus scanner has closed the new file', async () => {
  const paths = createPaths();
  await moveIntoPlace(
    paths,
    createSystem((from) => from === paths.newPath && waits < 3),
  );
  expect([readFileSync(paths.finalPath, 'utf8'), waits]).toEqual(['good', 3]);
});

test('keeps a file that stays open, and names it', async () => {
  const paths = createPaths();
  const system = createSystem((from, to) => [from, to].includes(paths.finalPath));
  await expect(moveIntoPlace(paths, system)).rejects.toThrow(
    `${paths.finalPath} is in use by another program`,
  );
  expect(readFileSync(paths.finalPath, 'utf8')).toBe('bad');
});

test('finds an open file in a folder before anything is changed, on Windows only', async () => {
  const open = join(folder, 'config/inner/open.db');
  mkdirSync(join(folder, 'config/inner'), { recursive: true });
  writeFileSync(open, '');
  const system = createSystem((from) => from === open);
  await expect(requireNotInUse(folder, system)).rejects.toThrow(`${open} is in use`);
  await requireNotInUse(folder, { ...system, platform: 'linux' });
  await requireNotInUse(join(folder, 'nothing'), system);
});
