import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPorts, testTarget } from '../../testing/ports.ts';
import type { Part, Ports, Strategy, Target } from '../strategy.ts';
import { files } from './files.ts';

vi.setConfig({ testTimeout: 60_000 });

let root: string;
let workspace: string;
let folder: string;
let ports: Ports;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'files-'));
  workspace = join(root, 'work');
  folder = join(root, 'snapshot');
  mkdirSync(join(workspace, 'conf/inner'), { recursive: true });
  mkdirSync(folder);
  writeFileSync(join(workspace, '.env'), 'A=1\n', { mode: 0o600 });
  writeFileSync(join(workspace, 'conf/run.sh'), 'echo good\n');
  chmodSync(join(workspace, 'conf/run.sh'), 0o754);
  writeFileSync(join(workspace, 'conf/inner/empty'), '');
  symlinkSync('inner/empty', join(workspace, 'conf/link'));
  symlinkSync('nowhere', join(workspace, 'conf/dangling'));
  ports = createPorts({ workspace });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const strategyOf = (options: unknown): Strategy => v.parse(files.schema, options);
const both = { paths: ['.env', 'conf'] };

async function keep(strategy: Strategy): Promise<Target> {
  const part: Part = (await strategy.capture?.(folder, ports)) ?? {};
  // It goes through a manifest.
  const kept = { folder, part: JSON.parse(JSON.stringify(part)), takenMs: Date.UTC(2026, 10, 20) };
  return { ...testTarget('a'.repeat(40), 'b'.repeat(40)), kept };
}

/** Everything below a folder, with types, modes and contents. */
function everything(below: string, path = ''): readonly string[] {
  return readdirSync(join(below, path))
    .sort()
    .flatMap((name) => {
      const inner = join(path, name);
      const found = lstatSync(join(below, inner));
      const mode = (found.mode & 0o7777).toString(8);
      if (found.isSymbolicLink()) return [`${inner} -> ${readlinkSync(join(below, inner))}`];
      if (found.isDirectory()) return [`${inner}/ ${mode}`, ...everything(below, inner)];
      return [`${inner} ${mode} ${readFileSync(join(below, inner), 'utf8')}`];
    });
}

function badDeploy(): void {
  writeFileSync(join(workspace, '.env'), 'A=bad\n');
  chmodSync(join(workspace, '.env'), 0o644);
  rmSync(join(workspace, 'conf/link'));
  mkdirSync(join(workspace, 'conf/link'));
  writeFileSync(join(workspace, 'conf/link/more'), 'x');
  writeFileSync(join(workspace, 'conf/new'), 'x');
  chmodSync(join(workspace, 'conf/run.sh'), 0o600);
}

describe('files, folders and links come back as they were', () => {
  test('content, modes, links, and what came later is gone', async () => {
    const strategy = strategyOf(both);
    const before = everything(workspace);
    const target = await keep(strategy);
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'same' });
    badDeploy();
    expect(await strategy.identify?.(target, ports)).toMatchObject({
      kind: 'other',
      found: '.env has the mode 0644 instead of 0600',
    });
    expect(await strategy.preflight(target, ports)).toEqual({
      kind: 'ready',
      step: 'puts back .env, conf: 3 files (14B), kept 2026-11-20T00:00:00.000Z',
      warnings: [],
    });
    await strategy.apply(target, ports);
    expect(everything(workspace)).toEqual(before);
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'same' });
    // Once more: the same.
    await strategy.apply(target, ports);
    expect(everything(workspace)).toEqual(before);
  });

  test('the backup is for nobody else: 0600', async () => {
    await keep(strategyOf(both));
    expect(readdirSync(folder)).toEqual(['files.tar']);
    expect(lstatSync(join(folder, 'files.tar')).mode & 0o777).toBe(0o600);
  });

  test('what did not exist goes again, but only what is listed', async () => {
    const strategy = strategyOf({ paths: ['.env', 'later.toml', 'later'] });
    const target = await keep(strategy);
    writeFileSync(join(workspace, 'later.toml'), 'x');
    writeFileSync(join(workspace, 'unlisted'), 'x');
    mkdirSync(join(workspace, 'later/deep'), { recursive: true });
    symlinkSync(join(workspace, 'conf'), join(workspace, 'later/deep/out'));
    expect(await strategy.identify?.(target, ports)).toMatchObject({
      found: 'later.toml is there',
    });
    const { done } = await strategy.apply(target, ports);
    expect(done).toMatch(/^\.env, without later\.toml, later as they were/);
    expect(readdirSync(workspace).sort()).toEqual(['.env', 'conf', 'unlisted']);
    expect(readdirSync(join(workspace, 'conf'))).toContain('run.sh');
  });

  test('a file for a folder, a folder for a file, a folder that is gone with its parents', async () => {
    const strategy = strategyOf({ paths: ['.env', 'conf/inner'] });
    const before = everything(workspace);
    const target = await keep(strategy);
    rmSync(join(workspace, '.env'));
    mkdirSync(join(workspace, '.env'));
    rmSync(join(workspace, 'conf/inner'), { recursive: true });
    writeFileSync(join(workspace, 'conf/inner'), 'a file');
    await strategy.apply(target, ports);
    expect(everything(workspace)).toEqual(before);
    rmSync(join(workspace, 'conf'), { recursive: true });
    await strategy.apply(target, ports);
    expect(everything(workspace)).toContain('conf/inner/empty 644 ');
  });

  test('folders that may not be written to, names of any kind, long ones', async () => {
    const names = ['ä ö', `${'long/'.repeat(60)}file`, '-rf', 'a\nb', `${'x'.repeat(250)}`];
    for (const name of names) {
      mkdirSync(join(workspace, 'odd', name, '..'), { recursive: true });
      writeFileSync(join(workspace, 'odd', name), name);
    }
    mkdirSync(join(workspace, 'odd/locked'));
    writeFileSync(join(workspace, 'odd/locked/in'), 'x');
    chmodSync(join(workspace, 'odd/locked'), 0o555);
    const strategy = strategyOf({ paths: ['odd'] });
    const before = everything(workspace);
    const target = await keep(strategy);
    await strategy.apply(target, ports);
    expect(everything(workspace)).toEqual(before);
    // Who is not root cannot remove it as it is.
    chmodSync(join(workspace, 'odd/locked'), 0o755);
    rmSync(join(workspace, 'odd'), { recursive: true, force: true });
    await strategy.apply(target, ports);
    expect(everything(workspace)).toEqual(before);
    chmodSync(join(workspace, 'odd/locked'), 0o755);
  });

  test('below another folder than the workspace', async () => {
    const strategy = strategyOf({ paths: ['run.sh'], base: 'conf' });
    expect(strategy.title).toBe('files run.sh in conf');
    const target = await keep(strategy);
    writeFileSync(join(workspace, 'conf/run.sh'), 'bad');
    await strategy.apply(target, ports);
    expect(readFileSync(join(workspace, 'conf/run.sh'), 'utf8')).toBe('echo good\n');
  });
});

describe('what cannot be kept is refused, with a remedy', () => {
  test.each([
    ['a link out', () => symlinkSync('/etc/passwd', join(workspace, 'conf/out')), /leads out of/],
    ['a link up', () => symlinkSync('../../x', join(workspace, 'conf/out')), /leads out of/],
    [
      'a pipe',
      () => execFileSync('mkfifo', [join(workspace, 'conf/pipe')]),
      /neither a file, a folder nor a link/,
    ],
    [
      'a way through a link',
      () => {
        renameSync(join(workspace, 'conf'), join(workspace, 'real'));
        symlinkSync('real', join(workspace, 'conf'));
      },
      /conf is not a folder/,
    ],
  ])('%s', async (_, make, message) => {
    make();
    const strategy = strategyOf({ paths: ['conf/inner', 'conf/out', 'conf/pipe'] });
    await expect(keep(strategy)).rejects.toThrow(message);
  });

  test('no base', async () => {
    await expect(keep(strategyOf({ ...both, base: 'gone' }))).rejects.toThrow(/there is no folder/);
  });
});

describe('what cannot be brought back is found in preflight, and nothing is changed', () => {
  const strategy = strategyOf(both);
  const archive = () => join(folder, 'files.tar');
  const replaceBy = (make: (path: string) => void) => {
    rmSync(archive());
    make(archive());
  };
  const flip = (at: number) => {
    const bytes = readFileSync(archive());
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(archive(), bytes);
  };

  test.each<[string, () => void, RegExp]>([
    ['missing', () => rmSync(archive()), /files\.tar is missing/],
    ['a folder', () => replaceBy(mkdirSync), /is no file/],
    ['longer', () => appendFileSync(archive(), 'x'), /bytes instead of/],
    ['a flipped content', () => flip(512), /has another checksum than was kept/],
    ['a flipped header', () => flip(0), /cannot be read: Invalid tar header checksum/],
    ['a flipped end', () => flip(readFileSync(archive()).length - 1), /cannot be read|checksum/],
    [
      'something else in its place',
      () => replaceBy((path) => symlinkSync('/etc/passwd', path)),
      /is no file/,
    ],
    [
      'no place for it',
      () => {
        renameSync(workspace, join(root, 'elsewhere'));
        writeFileSync(workspace, 'a file');
      },
      /there is no folder/,
    ],
  ])('%s', async (_, harm, problem) => {
    const target = await keep(strategy);
    badDeploy();
    harm();
    const before = everything(root);
    expect(await strategy.preflight(target, ports)).toEqual({
      kind: 'impossible',
      problem: expect.stringMatching(problem),
      remedy: expect.stringMatching(/\S/),
    });
    // Whoever applies it all the same changes nothing either.
    await expect(strategy.apply(target, ports)).rejects.toThrow(problem);
    expect(everything(root)).toEqual(before);
  });

  test('no snapshot, and a manifest that somebody wrote', async () => {
    const target = await keep(strategy);
    const { kept } = target;
    if (kept === undefined) throw new Error('nothing was kept');
    const parts = [
      undefined,
      {},
      { ...(kept.part as object), present: ['../../etc/passwd'] },
      { ...(kept.part as object), present: 5 },
      { ...(kept.part as object), bytes: -1 },
      { ...(kept.part as object), sha256: 'f'.repeat(64) },
    ];
    expect(await strategy.preflight({ ...target, kept: undefined }, ports)).toMatchObject({
      kind: 'impossible',
      problem: 'there is no snapshot of it',
    });
    for (const part of parts) {
      const { kind } = await strategy.preflight({ ...target, kept: { ...kept, part } }, ports);
      expect(kind).toBe('impossible');
    }
  });
});

describe('options', () => {
  test.each([
    [{}, /paths/],
    [{ paths: [] }, /names nothing/],
    [{ paths: ['../x'] }, /not below the base folder/],
    [{ paths: ['/etc/x'] }, /not below the base folder/],
    [{ paths: ['a/./b'] }, /not below the base folder/],
    [{ paths: ['.'] }, /not below the base folder/],
    [{ paths: ['a', 'a/b'] }, /is in another one/],
    [{ paths: ['a', 'a'] }, /is in another one/],
    [{ paths: ['a'], base: '' }, /is empty/],
    [{ paths: ['a'], mode: 1 }, /knows paths and base/],
  ])('%j is refused', (given, message) => {
    const read = v.safeParse(files.schema, given);
    expect(read.issues?.map((issue) => issue.message).join()).toMatch(message);
  });
});

test('snapshots within what is kept would go with it: neither taken nor brought back', async () => {
  const strategy = strategyOf({ paths: ['conf'] });
  const target = await keep(strategy);
  folder = join(workspace, 'conf/.state/snapshot');
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(workspace, 'conf/.state'), join(root, 'state'));
  for (const inside of [folder, join(root, 'state/snapshot')]) {
    folder = inside;
    await expect(keep(strategy)).rejects.toThrow(
      /snapshots are kept within conf, which a rollback/,
    );
  }
  writeFileSync(
    join(folder, 'files.tar'),
    readFileSync(join(target.kept?.folder ?? '', 'files.tar')),
  );
  const moved = { ...target, kept: target.kept && { ...target.kept, folder } };
  expect(await strategy.preflight(moved, ports)).toMatchObject({
    kind: 'impossible',
    remedy: 'Give state-dir a folder outside of what is kept.',
  });
  // Beside it is no trouble, nor where a listed link leads.
  folder = join(workspace, 'conf-state');
  mkdirSync(folder);
  symlinkSync('conf-state', join(workspace, 'linked'));
  await expect(keep(strategyOf({ paths: ['conf', 'linked'] }))).resolves.toBeDefined();
});
