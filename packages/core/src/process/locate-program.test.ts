import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeBatchFile, locateProgram } from './locate-program.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'locate-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Creates a program below the root; returns its path. */
async function program(name: string, mode = 0o755): Promise<string> {
  const path = join(root, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, '', { mode });
  return path;
}

const pathOf = (...folders: string[]) => folders.map((name) => join(root, name)).join(delimiter);

test('finds a name in the first folder of the PATH that has it', async () => {
  await program('c/tool');
  const path = await program('b/tool');
  expect(locateProgram('tool', { cwd: root, path: pathOf('a', 'b', 'c') }, 'linux')).toEqual({
    kind: 'found',
    path,
  });
});

test.skipIf(process.platform === 'win32')('skips files that it cannot execute', async () => {
  await program('a/tool', 0o644);
  await mkdir(join(root, 'b/tool'), { recursive: true });
  const path = await program('c/tool');
  const locate = (...folders: string[]) =>
    locateProgram('tool', { cwd: root, path: pathOf(...folders) });
  expect(locate('a', 'b', 'c')).toEqual({ kind: 'found', path });
  expect(locate('a', 'b')).toEqual({ kind: 'missing', code: 'EACCES' });
  expect(locate('b')).toEqual({ kind: 'missing', code: 'ENOENT' });
  // A file in the PATH, where a folder is expected.
  expect(locate('c/tool')).toEqual({ kind: 'missing', code: 'ENOENT' });
});

test('looks in the working folder only for a name with a slash', async () => {
  const path = await program('bin/tool');
  const cwd = join(root, 'bin');
  expect(locateProgram('tool', { cwd, path: delimiter }, 'linux').kind).toBe('missing');
  expect(locateProgram('./tool', { cwd, path: '' }, 'linux')).toEqual({ kind: 'found', path });
});

test('adds the extensions of Windows', async () => {
  const exe = await program('a/tool.exe');
  const batch = await program('a/npm.cmd');
  const locate = (name: string) => locateProgram(name, { cwd: root, path: pathOf('a') }, 'win32');
  expect(locate('tool')).toEqual({ kind: 'found', path: exe });
  expect(locate('tool.exe')).toEqual({ kind: 'found', path: exe });
  expect(locate('npm')).toEqual({ kind: 'batch', path: batch });
  expect(locate('npm.cmd')).toEqual({ kind: 'batch', path: batch });
  expect(describeBatchFile('npm', batch)).toEqual({
    message: 'npm is a batch file (npm.cmd)',
    remedy: 'Write [cmd.exe, /c, npm, …].',
  });
});
