import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { exec } from '@repo/core/process/exec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeEngine } from '../testing/fake-engine.ts';
import { type EngineRequest, findEngine } from './find-engine.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'find-engine-')));
});
afterEach(() => rm(folder, { recursive: true }));

const request = (given: Partial<EngineRequest> & { readonly PATH?: string }): EngineRequest => ({
  engine: 'auto',
  path: '',
  workspace: folder,
  release: undefined,
  caFile: '',
  exec,
  signal: new AbortController().signal,
  variable: (name) => (name === 'PATH' ? (given.PATH ?? '') : ''),
  ...given,
});

async function engineAt(path: string, version: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, fakeEngine({ version }));
  await chmod(path, 0o755);
}

describe('findEngine', () => {
  it('prefers engine-path, relative to the workspace, over the PATH', async () => {
    await engineAt(join(folder, 'tools/sb'), '1.13.2');
    await engineAt(join(folder, 'bin/sing-box'), '1.14.1');
    const PATH = ['relative', '', join(folder, 'nowhere'), join(folder, 'bin')].join(delimiter);
    expect(await findEngine(request({ path: 'tools/sb', PATH }))).toMatchObject({
      engine: { name: 'sing-box 1.13.2' },
    });
    expect(await findEngine(request({ PATH }))).toMatchObject({
      engine: { name: 'sing-box 1.14.1' },
    });
  });

  it('detects the format of a build without a version', async () => {
    await engineAt(join(folder, 'sb'), 'unknown');
    expect(await findEngine(request({ path: 'sb' }))).toMatchObject({
      engine: { name: 'sing-box of unknown version' },
    });
  });

  it('returns none with engine: none, and with auto when none is installed', async () => {
    await engineAt(join(folder, 'sing-box'), '1.14.1');
    expect(await findEngine(request({ engine: 'none', PATH: folder }))).toEqual({
      kind: 'none',
      reason: 'engine: none',
    });
    expect(await findEngine(request({}))).toEqual({
      kind: 'none',
      reason: 'sing-box is not installed',
    });
  });

  it('fails when the requested engine is missing, too old or another program', async () => {
    await expect(findEngine(request({ engine: 'sing-box' }))).rejects.toThrow(
      /sing-box was not found on/,
    );
    await expect(findEngine(request({ path: 'missing' }))).rejects.toThrow(
      /engine-path\): .*not installed here/,
    );
    await engineAt(join(folder, 'old'), '1.10.7');
    await expect(findEngine(request({ path: 'old' }))).rejects.toThrow(
      /1\.10\.7 is older than 1\.11/,
    );
    await writeFile(join(folder, 'no'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
    await expect(findEngine(request({ path: 'no' }))).rejects.toThrow(/does not print the version/);
  });
});
