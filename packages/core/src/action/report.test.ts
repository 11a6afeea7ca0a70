import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ActionError } from '../errors/action-error.ts';
import { reportPath, writeWhole } from './report.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'core-report-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writeWhole', () => {
  test('makes the folders, replaces what was there, leaves no draft', async () => {
    const path = join(folder, 'a/b/report.json');
    await writeWhole(path, 'old');
    await writeWhole(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(join(folder, 'a/b'))).toEqual(['report.json']);
  });

  test('two writers at once do not hurt each other', async () => {
    const path = join(folder, 'report.json');
    const contents = Array.from({ length: 10 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(contents.map((content) => writeWhole(path, content)));
    expect(contents).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['report.json']);
  });

  test('what cannot be written is told with its path, and leaves no draft', async () => {
    await mkdir(join(folder, 'taken/inner'), { recursive: true });
    await expect(writeWhole(join(folder, 'taken'), 'x')).rejects.toThrow(
      `cannot write ${join(folder, 'taken')}`,
    );
    expect(await readdir(folder)).toEqual(['taken']);
  });

  test.skipIf(process.platform === 'win32')('a full disk leaves no draft', async () => {
    const path = join(folder, 'report.json');
    await writeWhole(path, 'old');
    const script = `
      import { writeWhole } from '@repo/core/action/report';
      await writeWhole('${path}', 'x'.repeat(100_000)).catch((error) => console.log(error.cause.code));
    `;
    // The limit on the size of a file stands for the disk.
    const told = execFileSync(
      'bash',
      ['-c', 'ulimit -f 8; exec "$@"', 'bash', process.execPath].concat([
        '--conditions=@repo/source',
        '--input-type=module',
        '-e',
        script,
      ]),
      { cwd: dirname(import.meta.dirname), encoding: 'utf8' },
    );
    expect(told).toBe('EFBIG\n');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['report.json']);
  });

  test('a path below a file is told so', async () => {
    await writeFile(join(folder, 'file'), '');
    const failure = writeWhole(join(folder, 'file/report.json'), 'x');
    await expect(failure).rejects.toBeInstanceOf(ActionError);
    await expect(failure).rejects.toMatchObject({
      remedy: 'Give a path in a folder that exists or can be made, on a disk with room.',
    });
  });

  test.skipIf(process.platform === 'win32')(
    'what is no file (/dev/null, a pipe) is written to, not replaced',
    async () => {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const [read] = await Promise.all([readFile(pipe, 'utf8'), writeWhole(pipe, 'content')]);
      expect(read).toBe('content');
      expect((await stat(pipe)).isFIFO()).toBe(true);
    },
  );
});

describe('reportPath', () => {
  const places = () => ({ workspace: join(folder, 'work'), temp: join(folder, 'temp') });

  test('a path that was given is seen from the workspace', async () => {
    expect(await reportPath('out/r.json', 'probe', places())).toBe(join(folder, 'work/out/r.json'));
    expect(await reportPath('/abs/r.json', 'probe', places())).toBe('/abs/r.json');
  });

  test('otherwise the first free name in the temporary folder, which is made', async () => {
    const paths = [];
    for (let count = 0; count < 3; count++) paths.push(await reportPath('', 'probe', places()));
    expect(paths).toEqual(
      ['probe.json', 'probe-2.json', 'probe-3.json'].map((name) => join(folder, 'temp', name)),
    );
  });

  test('two at once get two names', async () => {
    const paths = await Promise.all(
      Array.from({ length: 8 }, () => reportPath('', 'probe', places())),
    );
    expect(new Set(paths).size).toBe(8);
  });

  test('a temporary folder that is a file, or below one, is told so', async () => {
    await writeFile(join(folder, 'temp'), '');
    for (const temp of [join(folder, 'temp'), join(folder, 'temp/below')])
      await expect(reportPath('', 'probe', { ...places(), temp })).rejects.toThrow(
        expect.objectContaining({
          name: 'ActionError',
          message: `cannot write the report into ${temp}`,
        }),
      );
  });
});
