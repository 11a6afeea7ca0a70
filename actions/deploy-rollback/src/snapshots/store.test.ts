import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Strategy } from '../strategies/strategy.ts';
import { sha } from '../testing/history.ts';
import { createMachine, type Machine, type TestPart } from '../testing/machine.ts';
import type { SnapshotStore } from './store.ts';

const A = sha('a');
const ABOUT = { id: 's-1', kind: 'deploy', revision: A, tree: '' } as const;

let machine: Machine;
let part: TestPart;
let store: SnapshotStore;
let root: string;

beforeEach(() => {
  machine = createMachine();
  part = machine.createPart('files');
  part.deploy(A);
  const { snapshots, stateDir } = machine.context({}, [part]);
  store = snapshots;
  root = join(stateDir, 'snapshots');
});
afterEach(() => machine[Symbol.dispose]());

test('the files of a snapshot are private and have checksums', async () => {
  const taken = await store.take([part.strategy], ABOUT);
  expect(await store.list()).toEqual([taken]);
  expect(taken.parts).toMatchObject([
    { title: 'part files', files: [{ path: 'deep/copy.txt', bytes: 40 }] },
  ]);
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
    expect(mode, entry.name).toBe(entry.isFile() ? 0o600 : 0o700);
  }
  expect(await store.findDamage(taken)).toBeUndefined();
});

test('a failed snapshot leaves nothing behind', async () => {
  const other = machine.createPart('other');
  other.faults.capture = 'no room';
  await expect(store.take([part.strategy, other.strategy], ABOUT)).rejects.toThrow('no room');
  expect(await store.list()).toEqual([]);
  expect(readdirSync(root)).toEqual([]);
});

test('a failed snapshot forgets what a strategy stored elsewhere', async () => {
  const forgotten: unknown[] = [];
  const tagging: Strategy = {
    ...part.strategy,
    capture: async () => ({ tag: 'keep-1' }),
    forget: async ({ part: data }) => {
      forgotten.push(data);
    },
  };
  const other = machine.createPart('other');
  other.faults.capture = 'no room';
  await expect(store.take([tagging, other.strategy], ABOUT)).rejects.toThrow('no room');
  expect(forgotten).toEqual([{ tag: 'keep-1' }]);
});

test('rejects a part that is neither a file nor a folder', async () => {
  const linking: Strategy = {
    ...part.strategy,
    capture: async (folder) => {
      symlinkSync('/etc/passwd', join(folder, 'link'));
      return {};
    },
  };
  await expect(store.take([linking], ABOUT)).rejects.toThrow(/neither a file nor a folder/);
});

test('removes a snapshot, what a strategy stored elsewhere, and incomplete snapshots', async () => {
  const forgotten: unknown[] = [];
  const strategy: Strategy = {
    ...part.strategy,
    forget: async ({ part: data }) => {
      forgotten.push(data);
    },
  };
  const taken = await store.take([strategy], ABOUT);
  mkdirSync(join(root, 'half', 'deep'), { recursive: true });
  await store.remove([taken], [strategy]);
  expect(forgotten).toEqual([{ runs: A }]);
  expect(readdirSync(root)).toEqual([]);
  await store.remove([taken], [strategy]);
});

describe('an invalid manifest is logged and skipped', () => {
  test.each([
    ['invalid JSON', () => 'x'],
    ['a path outside the part', (text: string) => text.replace('deep/copy.txt', '../../copy.txt')],
    ['an absolute path', (text: string) => text.replace('deep/copy.txt', '/etc/passwd')],
    ['a folder outside the snapshot', (text: string) => text.replace('1-part', '../1-part')],
    ['another id', (text: string) => text.replace('"s-1"', '"s-2"')],
    ['another environment', (text: string) => text.replace('"production"', '"staging"')],
    ['an invalid SHA', (text: string) => text.replace(A, 'HEAD; reboot')],
    ['a newer format', (text: string) => text.replace('snapshot/v1', 'snapshot/v2')],
    ['an empty file', () => ''],
  ])('%s', async (_, spoil) => {
    await store.take([part.strategy], ABOUT);
    const manifest = join(root, 's-1', 'manifest.json');
    writeFileSync(manifest, spoil(readFileSync(manifest, 'utf8')));
    expect(await store.list()).toEqual([]);
    expect(machine.log.join('\n')).toContain('Skipping the snapshot s-1');
    expect(existsSync(manifest)).toBe(true);
  });
});

test('a symbolic link instead of a file is damage', async () => {
  const taken = await store.take([part.strategy], ABOUT);
  const copy = join(root, 's-1', '1-part', 'deep', 'copy.txt');
  rmSync(copy);
  symlinkSync('/etc/passwd', copy);
  expect(await store.findDamage(taken)).toBe('deep/copy.txt is not a file any more');
});
