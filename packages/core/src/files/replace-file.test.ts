import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { replaceFile } from './replace-file.ts';

/** A folder with an old and a new file. */
async function createFiles() {
  const folder = await mkdtemp(join(tmpdir(), 'replace-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [from, to] = [join(folder, 'new'), join(folder, 'list')] as const;
  await writeFile(from, 'new');
  await writeFile(to, 'old');
  return { folder, from, to };
}

const refuse = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));

test('replaces a file', async () => {
  const { folder, from, to } = await createFiles();
  await replaceFile(from, to);
  expect(await readdir(folder)).toEqual(['list']);
  expect(await readFile(to, 'utf8')).toBe('new');
});

test.each(['EPERM', 'EACCES', 'EBUSY'])('moves the old file aside after %s', async (code) => {
  const { folder, from, to } = await createFiles();
  let calls = 0;
  await replaceFile(from, to, (...paths) => (++calls === 1 ? refuse(code) : rename(...paths)));
  expect(await readdir(folder)).toEqual(['list']);
  expect(await readFile(to, 'utf8')).toBe('new');
});

test('puts the old file back if the new one cannot be moved', async () => {
  const { folder, from, to } = await createFiles();
  const move = (source: string, target: string) =>
    source === from ? refuse('EPERM') : rename(source, target);
  await expect(replaceFile(from, to, move)).rejects.toThrow('EPERM');
  expect((await readdir(folder)).sort()).toEqual(['list', 'new']);
  expect(await readFile(to, 'utf8')).toBe('old');
});

test.each(['EPERM', 'EXDEV'])('throws %s if nothing can be moved', async (code) => {
  const { from, to } = await createFiles();
  await expect(replaceFile(from, to, () => refuse(code))).rejects.toThrow(code);
  expect(await readFile(to, 'utf8')).toBe('old');
});
