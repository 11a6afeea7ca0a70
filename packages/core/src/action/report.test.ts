import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reportPath } from './report.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'core-report-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('reportPath', () => {
  const places = () => ({ workspace: join(folder, 'work'), temp: join(folder, 'temp') });

  test('resolves a given path relative to the workspace', async () => {
    expect(await reportPath('out/r.json', 'probe', places())).toBe(join(folder, 'work/out/r.json'));
    expect(await reportPath('/abs/r.json', 'probe', places())).toBe('/abs/r.json');
  });

  test('uses the first free name in the temporary folder and creates the folder', async () => {
    const paths = [];
    for (let count = 0; count < 3; count++) paths.push(await reportPath('', 'probe', places()));
    expect(paths).toEqual(
      ['probe.json', 'probe-2.json', 'probe-3.json'].map((name) => join(folder, 'temp', name)),
    );
  });

  test('gives concurrent callers different names', async () => {
    const paths = await Promise.all(
      Array.from({ length: 8 }, () => reportPath('', 'probe', places())),
    );
    expect(new Set(paths).size).toBe(8);
  });

  test('rejects a temporary folder that is a file or below a file', async () => {
    await writeFile(join(folder, 'temp'), '');
    for (const temp of [join(folder, 'temp'), join(folder, 'temp/below')])
      await expect(reportPath('', 'probe', { ...places(), temp })).rejects.toThrow(
        expect.objectContaining({
          name: 'ActionError',
          message: `cannot write the report to ${temp}`,
        }),
      );
  });
});
