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

const createStrategy = (options: unknown): Strategy => v.parse(files.schema, options);
const both = { paths: ['.env', 'conf'] };

async function capture(strategy: Strategy): Promise<Target> {
  const part: Part = (await strategy.capture?.(folder, ports)) ?? {};
  // As stored in the manifest.
  const snapshot = {
    folder,
    part: JSON.parse(JSON.stringify(part)),
    takenMs: Date.UTC(2026, 10, 20),
  };
  return { ...testTarget('a'.repeat(40), 'b'.repeat(40)), snapshot };
}

/** Lists everything below a folder, with types, modes and contents. */
function listAll(below: string, path = ''): readonly string[] {
  return readdirSync(join(below, path))
    .sort()
    .flatMap((name) => {
      const inner = join(path, name);
      const found = lstatSync(join(below, inner));
      const mode = (found.mode & 0o7777).toString(8);
      if (found.isSymbolicLink()) return [`${inner} -> ${readlinkSync(join(below, inner))}`];
      if (found.isDirectory()) return [`${inner}/ ${mode}`, ...listAll(below, inner)];
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

describe('restores files, folders and links', () => {
  test('restores content, modes and links, and removes new files', async () => {
    const strategy = createStrategy(both);
    const before = listAll(workspace);
    const target = await capture(strategy);
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'same' });
    badDeploy();
    expect(await strategy.identify?.(target, ports)).toMatchObject({
      kind: 'other',
      found: '.env has the mode 0644 instead of 0600',
    });
    expect(await strategy.preflight(target, ports)).toEqual({
      kind: 'ready',
      step: 'restores .env, conf: 3 files (14B) from 2026-11-20T00:00:00.000Z',
      warnings: [],
    });
    await strategy.apply(target, ports);
    expect(listAll(workspace)).toEqual(before);
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'same' });
    // A second run has the same result.
    await strategy.apply(target, ports);
    expect(listAll(workspace)).toEqual(before);
  });

  test('creates the archive with mode 0600', async () => {
    await capture(createStrategy(both));
    expect(readdirSync(folder)).toEqual(['files.tar']);
    expect(lstatSync(join(folder, 'files.tar')).mode & 0o777).toBe(0o600);
  });

  test('removes listed paths that did not exist', async () => {
    const strategy = createStrategy({ paths: ['.env', 'later.toml', 'later'] });
    const target = await capture(strategy);
    writeFileSync(join(workspace, 'later.toml'), 'x');
    writeFileSync(join(workspace, 'unlisted'), 'x');
    mkdirSync(join(workspace, 'later/deep'), { recursive: true });
    symlinkSync(join(workspace, 'conf'), join(workspace, 'later/deep/out'));
    expect(await strategy.identify?.(target, ports)).toMatchObject({
      found: 'later.toml exists',
    });
    const { done } = await strategy.apply(target, ports);
    expect(done).toMatch(/^restored \.env \(removed: later\.toml, later\) from/);
    expect(readdirSync(workspace).sort()).toEqual(['.env', 'conf', 'unlisted']);
    expect(readdirSync(join(workspace, 'conf'))).toContain('run.sh');
  });

  test('replaces a folder by a file and a file by a folder, and creates parent folders', async () => {
    const strategy = createStrategy({ paths: ['.env', 'conf/inner'] });
    const before = listAll(workspace);
    const target = await capture(strategy);
    rmSync(join(workspace, '.env'));
    mkdirSync(join(workspace, '.env'));
    rmSync(join(workspace, 'conf/inner'), { recursive: true });
    writeFileSync(join(workspace, 'conf/inner'), 'a file');
    await strategy.apply(target, ports);
    expect(listAll(workspace)).toEqual(before);
    rmSync(join(workspace, 'conf'), { recursive: true });
    await strategy.apply(target, ports);
    expect(listAll(workspace)).toContain('conf/inner/empty 644 ');
  });

  test('restores read-only folders, special names and long paths', async () => {
    const names = ['ä ö', `${'long/'.repeat(60)}file`, '-rf', 'a\nb', `${'x'.repeat(250)}`];
    for (const name of names) {
      mkdirSync(join(workspace, 'odd', name, '..'), { recursive: true });
      writeFileSync(join(workspace, 'odd', name), name);
    }
    mkdirSync(join(workspace, 'odd/locked'));
    writeFileSync(join(workspace, 'odd/locked/in'), 'x');
    chmodSync(join(workspace, 'odd/locked'), 0o555);
    const strategy = createStrategy({ paths: ['odd'] });
    const before = listAll(workspace);
    const target = await capture(strategy);
    await strategy.apply(target, ports);
    expect(listAll(workspace)).toEqual(before);
    // Without root, a file in a read-only folder cannot be removed.
    chmodSync(join(workspace, 'odd/locked'), 0o755);
    rmSync(join(workspace, 'odd'), { recursive: true, force: true });
    await strategy.apply(target, ports);
    expect(listAll(workspace)).toEqual(before);
    chmodSync(join(workspace, 'odd/locked'), 0o755);
  });

  test('restores below another base folder', async () => {
    const strategy = createStrategy({ paths: ['run.sh'], base: 'conf' });
    expect(strategy.title).toBe('files run.sh in conf');
    const target = await capture(strategy);
    writeFileSync(join(workspace, 'conf/run.sh'), 'bad');
    await strategy.apply(target, ports);
    expect(readFileSync(join(workspace, 'conf/run.sh'), 'utf8')).toBe('echo good\n');
  });
});

describe('rejects paths that cannot be saved', () => {
  test.each([
    [
      'a link to the outside',
      () => symlinkSync('/etc/passwd', join(workspace, 'conf/out')),
      /is a link to the outside/,
    ],
    [
      'a relative link to the outside',
      () => symlinkSync('../../x', join(workspace, 'conf/out')),
      /is a link to the outside/,
    ],
    [
      'a pipe',
      () => execFileSync('mkfifo', [join(workspace, 'conf/pipe')]),
      /neither a file, a folder nor a link/,
    ],
    [
      'a parent that is a link',
      () => {
        renameSync(join(workspace, 'conf'), join(workspace, 'real'));
        symlinkSync('real', join(workspace, 'conf'));
      },
      /conf is a parent of .*, but is not a folder/,
    ],
  ])('%s', async (_, make, message) => {
    make();
    const strategy = createStrategy({ paths: ['conf/inner', 'conf/out', 'conf/pipe'] });
    await expect(capture(strategy)).rejects.toThrow(message);
  });

  test('a missing base folder', async () => {
    await expect(capture(createStrategy({ ...both, base: 'gone' }))).rejects.toThrow(
      /the folder .* does not exist/,
    );
  });
});

describe('the preflight finds problems, and nothing is changed', () => {
  const strategy = createStrategy(both);
  const archive = () => join(folder, 'files.tar');
  const replaceArchive = (make: (path: string) => void) => {
    rmSync(archive());
    make(archive());
  };
  const flip = (at: number) => {
    const bytes = readFileSync(archive());
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(archive(), bytes);
  };

  test.each<[string, () => void, RegExp]>([
    ['a missing archive', () => rmSync(archive()), /files\.tar is missing/],
    ['a folder instead of the archive', () => replaceArchive(mkdirSync), /is not a file/],
    ['a longer archive', () => appendFileSync(archive(), 'x'), /bytes instead of/],
    ['a changed content', () => flip(512), /has a different checksum/],
    ['a changed header', () => flip(0), /cannot be read: Invalid tar header checksum/],
    ['a changed end', () => flip(readFileSync(archive()).length - 1), /cannot be read|checksum/],
    [
      'a link instead of the archive',
      () => replaceArchive((path) => symlinkSync('/etc/passwd', path)),
      /is not a file/,
    ],
    [
      'a file instead of the base folder',
      () => {
        renameSync(workspace, join(root, 'elsewhere'));
        writeFileSync(workspace, 'a file');
      },
      /the folder .* does not exist/,
    ],
  ])('%s', async (_, harm, problem) => {
    const target = await capture(strategy);
    badDeploy();
    harm();
    const before = listAll(root);
    expect(await strategy.preflight(target, ports)).toEqual({
      kind: 'impossible',
      problem: expect.stringMatching(problem),
      remedy: expect.stringMatching(/\S/),
    });
    await expect(strategy.apply(target, ports)).rejects.toThrow(problem);
    expect(listAll(root)).toEqual(before);
  });

  test('reports a missing snapshot and an invalid manifest', async () => {
    const target = await capture(strategy);
    const { snapshot } = target;
    if (snapshot === undefined) throw new Error('the snapshot is missing');
    const parts = [
      undefined,
      {},
      { ...(snapshot.part as object), present: ['../../etc/passwd'] },
      { ...(snapshot.part as object), present: 5 },
      { ...(snapshot.part as object), bytes: -1 },
      { ...(snapshot.part as object), sha256: 'f'.repeat(64) },
    ];
    expect(await strategy.preflight({ ...target, snapshot: undefined }, ports)).toMatchObject({
      kind: 'impossible',
      problem: 'no snapshot of this part exists',
    });
    for (const part of parts) {
      const { kind } = await strategy.preflight(
        { ...target, snapshot: { ...snapshot, part } },
        ports,
      );
      expect(kind).toBe('impossible');
    }
  });
});

describe('options', () => {
  test.each([
    [{}, /paths/],
    [{ paths: [] }, /is empty/],
    [{ paths: ['../x'] }, /is not a path below the base folder/],
    [{ paths: ['/etc/x'] }, /is not a path below the base folder/],
    [{ paths: ['a/./b'] }, /is not a path below the base folder/],
    [{ paths: ['.'] }, /is not a path below the base folder/],
    [{ paths: ['a', 'a/b'] }, /is within another path/],
    [{ paths: ['a', 'a'] }, /is within another path/],
    [{ paths: ['a'], base: '' }, /is empty/],
    [{ paths: ['a'], mode: 1 }, /supports paths and base/],
  ])('rejects %j', (given, message) => {
    const read = v.safeParse(files.schema, given);
    expect(read.issues?.map((issue) => issue.message).join()).toMatch(message);
  });
});

test('rejects a state-dir within a listed path', async () => {
  const strategy = createStrategy({ paths: ['conf'] });
  const target = await capture(strategy);
  folder = join(workspace, 'conf/.state/snapshot');
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(workspace, 'conf/.state'), join(root, 'state'));
  for (const inside of [folder, join(root, 'state/snapshot')]) {
    folder = inside;
    await expect(capture(strategy)).rejects.toThrow(
      /state-dir is within conf, which a rollback replaces/,
    );
  }
  writeFileSync(
    join(folder, 'files.tar'),
    readFileSync(join(target.snapshot?.folder ?? '', 'files.tar')),
  );
  const moved = { ...target, snapshot: target.snapshot && { ...target.snapshot, folder } };
  expect(await strategy.preflight(moved, ports)).toMatchObject({
    kind: 'impossible',
    remedy: 'Set state-dir to a folder outside of these paths.',
  });
  // A folder next to it, or the target of a listed link, is allowed.
  folder = join(workspace, 'conf-state');
  mkdirSync(folder);
  symlinkSync('conf-state', join(workspace, 'linked'));
  await expect(capture(createStrategy({ paths: ['conf', 'linked'] }))).resolves.toBeDefined();
});

describe('links on Windows', () => {
  const platform = process.platform;
  beforeEach(() => void Object.defineProperty(process, 'platform', { value: 'win32' }));
  afterEach(() => void Object.defineProperty(process, 'platform', { value: platform }));

  test('make the snapshot fail with the true reason', async () => {
    await expect(capture(createStrategy({ paths: ['conf'] }))).rejects.toMatchObject({
      message: expect.stringMatching(
        /dangling is a link or a junction, which files cannot restore on Windows$/,
      ),
      remedy: expect.stringContaining('use symlink'),
    });
  });

  test('in an archive of another system make the preflight fail', async () => {
    Object.defineProperty(process, 'platform', { value: platform });
    const target = await capture(createStrategy({ paths: ['conf'] }));
    Object.defineProperty(process, 'platform', { value: 'win32' });
    expect(await createStrategy({ paths: ['conf'] }).preflight(target, ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringContaining('has a link, which Windows cannot restore: conf/dangling'),
    });
  });
});
