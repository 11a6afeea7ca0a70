import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { rename, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LinkSystem, switchLink } from './switch-link.ts';

// Wine has no symbolic links and no junctions, so that these tests have a fake Windows.

let folder: string;
let link: string;
let created: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switch-'));
  link = join(folder, 'current');
  created = [];
  mkdirSync(join(folder, 'releases/1'), { recursive: true });
  mkdirSync(join(folder, 'releases/2'));
  symlinkSync(join(folder, 'releases/2'), link, 'junction');
});
afterEach(() => rmSync(folder, { recursive: true }));

const createError = (code: string) => Object.assign(new Error(code), { code });

/** Windows does not rename over a link to a folder, and creates only some types of links. */
function createWindows(denied: readonly string[] = [], busy = 0): LinkSystem {
  let left = busy;
  return {
    platform: 'win32',
    rename: async (from, to) => {
      if (existsSync(to) || (from.endsWith('-new') && left-- > 0)) throw createError('EPERM');
      await rename(from, to);
    },
    sleep: async () => {},
    symlink: async (to, path, type) => {
      if (denied.includes(type)) throw createError('EPERM');
      created.push(`${type} ${to}`);
      await symlink(to, path);
    },
  };
}

test('replaces a junction on Windows, and leaves nothing behind', async () => {
  const to = join(folder, 'releases/1');
  await switchLink(link, to, createWindows());
  expect([readlinkSync(link), created]).toEqual([to, [`junction ${to}`]]);
  expect(readdirSync(folder)).toEqual(['current', 'releases']);
});

test('creates a junction if Windows does not allow a relative symbolic link', async () => {
  await switchLink(link, 'releases/1', createWindows(['dir']));
  expect(created).toEqual([`junction ${join(folder, 'releases/1')}`]);
});

test('keeps a relative link relative where Windows allows it', async () => {
  await switchLink(link, 'releases/1', createWindows());
  expect(readlinkSync(link)).toBe('releases/1');
});

test('does not touch the link if Windows creates neither', async () => {
  await expect(
    switchLink(link, 'releases/1', createWindows(['dir', 'junction'])),
  ).rejects.toMatchObject({ message: expect.stringContaining('cannot create the link') });
  expect(readlinkSync(link)).toBe(join(folder, 'releases/2'));
});

test('restores the old link if the new one cannot be moved', async () => {
  await expect(switchLink(link, 'releases/1', createWindows([], 9))).rejects.toThrow('EPERM');
  expect(readlinkSync(link)).toBe(join(folder, 'releases/2'));
});

test('finishes a switch that was killed between its two steps', async () => {
  for (const [name, release] of [
    ['old', '2'],
    ['new', '1'],
  ]) {
    const path = join(folder, `.current.deploy-rollback-${name}`);
    symlinkSync(join(folder, `releases/${release}`), path, 'junction');
  }
  rmSync(link);
  await switchLink(link, 'releases/1', createWindows());
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readlinkSync(link)).toBe('releases/1');
});
