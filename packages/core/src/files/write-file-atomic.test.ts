import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ActionError } from '../errors/action-error.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'core-write-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('creates missing folders, replaces the old content and removes the draft', async () => {
  const path = join(folder, 'a/b/report.json');
  await writeFileAtomic(path, 'old');
  await writeFileAtomic(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect(await readdir(join(folder, 'a/b'))).toEqual(['report.json']);
});

test('keeps the content of one of several concurrent writers', async () => {
  const path = join(folder, 'report.json');
  const contents = Array.from({ length: 10 }, (_, index) => String(index).repeat(10_000));
  await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
  expect(contents).toContain(await readFile(path, 'utf8'));
  expect(await readdir(folder)).toEqual(['report.json']);
});

test('names the path that cannot be written and removes the draft', async () => {
  await mkdir(join(folder, 'taken/inner'), { recursive: true });
  await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toThrow(
    `cannot write ${join(folder, 'taken')}`,
  );
  expect(await readdir(folder)).toEqual(['taken']);
});

test.skipIf(process.platform === 'win32')('removes the draft when the disk is full', async () => {
  const path = join(folder, 'report.json');
  await writeFileAtomic(path, 'old');
  const script = `
    import { writeFileAtomic } from '@repo/core/files/write-file-atomic';
    await writeFileAtomic('${path}', 'x'.repeat(100_000)).catch((error) => console.log(error.cause.code));
  `;
  // The file size limit simulates a full disk.
  const output = execFileSync(
    'bash',
    ['-c', 'ulimit -f 8; exec "$@"', 'bash', process.execPath].concat([
      '--conditions=@repo/source',
      '--input-type=module',
      '-e',
      script,
    ]),
    { cwd: dirname(import.meta.dirname), encoding: 'utf8' },
  );
  expect(output).toBe('EFBIG\n');
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['report.json']);
});

test('rejects a path below a file', async () => {
  await writeFile(join(folder, 'file'), '');
  const failure = writeFileAtomic(join(folder, 'file/report.json'), 'x');
  await expect(failure).rejects.toBeInstanceOf(ActionError);
  await expect(failure).rejects.toMatchObject({
    remedy: 'Give a path in a folder that exists or can be created, on a disk with free space.',
  });
});

test.skipIf(process.platform === 'win32')('writes to a pipe instead of replacing it', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [read] = await Promise.all([readFile(pipe, 'utf8'), writeFileAtomic(pipe, 'content')]);
  expect(read).toBe('content');
  expect((await stat(pipe)).isFIFO()).toBe(true);
});
