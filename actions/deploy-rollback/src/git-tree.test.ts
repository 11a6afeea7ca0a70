import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { getTreeHash, isInHistory } from './git-tree.ts';
import { mark } from './modes/mark.ts';
import { snapshot } from './modes/snapshot.ts';
import { rollback } from './run.ts';
import { createMachine, type Machine } from './testing/machine.ts';
import { createPorts } from './testing/ports.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'content-'));
  git('init', '--quiet', '--initial-branch=main');
});
afterEach(() => rmSync(folder, { recursive: true }));

function git(...args: readonly string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' }).trim();
}

function commit(text: string): string {
  writeFileSync(join(folder, 'app.txt'), text);
  git('add', 'app.txt');
  git('commit', '--quiet', '--allow-empty', '--message', text);
  return git('rev-parse', 'HEAD');
}

const ports = () => createPorts({ workspace: folder });

test('equal content has the same tree under another SHA', async () => {
  const [one, other] = [commit('a'), commit('b')];
  const again = commit('a');
  expect(await getTreeHash(one, ports())).toMatch(/^[0-9a-f]{40}$/);
  expect(await getTreeHash(again, ports())).toBe(await getTreeHash(one, ports()));
  expect(await getTreeHash(other, ports())).not.toBe(await getTreeHash(one, ports()));
  expect(await getTreeHash('0'.repeat(40), ports())).toBe('');
  expect(await getTreeHash('', ports())).toBe('');
});

test('a force-pushed commit is not in the history', async () => {
  const good = commit('good');
  const lost = commit('lost');
  git('reset', '--quiet', '--hard', good);
  const head = commit('new');
  expect(await isInHistory(good, 'main', ports())).toBe(true);
  expect(await isInHistory(head, 'main', ports())).toBe(true);
  expect(await isInHistory(lost, 'main', ports())).toBe(false);
  expect(await isInHistory(good, 'nowhere', ports())).toBeUndefined();
});

test('allowed-ref skips a release that was force-pushed away', async () => {
  using machine: Machine = createMachine();
  const part = machine.createPart('files');
  const before = commit('one');
  const lost = commit('two');
  git('reset', '--quiet', '--hard', before);
  const bad = commit('three');
  const context = (sha: string) => {
    const made = machine.context({ sha, allowedRef: 'main' }, [part]);
    return { ...made, ports: { ...made.ports, workspace: folder } };
  };
  for (const revision of [before, lost]) {
    await snapshot(context(revision));
    part.deploy(revision);
    await mark(context(revision));
  }
  await snapshot(context(bad));
  // What ran before the lost one was kept by the snapshot in front of it.
  const found = await rollback(context(bad));
  expect(found).toMatchObject({ result: 'rolled-back', to: before });
  expect(found.skipped).toContainEqual({
    revision: lost,
    id: expect.any(String),
    reason: 'is not in the history of main',
  });
});
