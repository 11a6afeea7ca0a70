import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { exec } from '@repo/core/process/exec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeEngine } from './fake-engine.fixture.ts';
import { type EngineWish, findEngine } from './find-engine.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'find-engine-')));
});
afterEach(() => rm(folder, { recursive: true }));

const wish = (given: Partial<EngineWish> & { readonly PATH?: string }): EngineWish => ({
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
  it('takes engine-path, seen from the workspace, before the PATH', async () => {
    await engineAt(join(folder, 'tools/sb'), '1.13.2');
    await engineAt(join(folder, 'bin/sing-box'), '1.14.1');
    const PATH = ['relative', '', join(folder, 'nowhere'), join(folder, 'bin')].join(delimiter);
    expect(await findEngine(wish({ path: 'tools/sb', PATH }))).toMatchObject({
      engine: { name: 'sing-box 1.13.2' },
    });
    expect(await findEngine(wish({ PATH }))).toMatchObject({ engine: { name: 'sing-box 1.14.1' } });
  });

  it('finds out what one that does not know its version takes', async () => {
    await engineAt(join(folder, 'sb'), 'unknown');
    expect(await findEngine(wish({ path: 'sb' }))).toMatchObject({
      engine: { name: 'a sing-box of unknown version' },
    });
  });

  it('does without one with engine: none, and with auto where there is none', async () => {
    await engineAt(join(folder, 'sing-box'), '1.14.1');
    expect(await findEngine(wish({ engine: 'none', PATH: folder }))).toEqual({
      kind: 'none',
      why: 'engine: none',
    });
    expect(await findEngine(wish({}))).toEqual({
      kind: 'none',
      why: 'there is no engine (sing-box)',
    });
  });

  it('is an error where the one that was asked for is missing, too old or no engine', async () => {
    await expect(findEngine(wish({ engine: 'sing-box' }))).rejects.toThrow(/no sing-box on/);
    await expect(findEngine(wish({ path: 'missing' }))).rejects.toThrow(
      /engine-path\): .*not installed here/,
    );
    await engineAt(join(folder, 'old'), '1.10.7');
    await expect(findEngine(wish({ path: 'old' }))).rejects.toThrow(/1\.10\.7 is older than 1\.11/);
    await writeFile(join(folder, 'no'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
    await expect(findEngine(wish({ path: 'no' }))).rejects.toThrow(/does not tell its version/);
  });
});
