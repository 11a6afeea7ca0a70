import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@repo/core/process/clock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLocalLock } from './local-lock.ts';
import type { Owner } from './lock.ts';

const OWNER: Owner = { runId: '1', runAttempt: '1', job: 'deploy', runner: 'r1' };
const OTHER: Owner = { runId: '2', runAttempt: '1', job: 'deploy', runner: 'r2' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lock = () => createLocalLock(folder, systemClock);
const files = () => readdirSync(folder).filter((name) => name.startsWith('lock-'));

/** Takes the lock in another process, and dies with it in hand. */
async function takeAndDie(owner: Owner = OTHER): Promise<void> {
  const program = `
    import { systemClock } from '@repo/core/process/clock';
    import { createLocalLock } from ${JSON.stringify(new URL('./local-lock.ts', import.meta.url).href)};
    await createLocalLock(process.argv[1], systemClock).acquire(${JSON.stringify(owner)});
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawn(
    process.execPath,
    ['--conditions=@repo/source', '--input-type=module', '--eval', program, folder],
    { cwd: import.meta.dirname, stdio: 'inherit' },
  );
  await new Promise((resolve) => child.once('exit', resolve));
}

test('is free, held, and free again', async () => {
  const mine = lock();
  expect(await mine.getHolder()).toBeUndefined();
  expect(await mine.acquire(OWNER)).toEqual({ kind: 'acquired', how: 'free' });
  expect(await lock().acquire(OTHER)).toMatchObject({
    kind: 'held',
    by: { owner: OWNER, hasEnded: false, keptReason: undefined },
  });
  await mine.release();
  expect(await lock().getHolder()).toBeUndefined();
  expect(await lock().acquire(OTHER)).toEqual({ kind: 'acquired', how: 'free' });
  expect(files()).toHaveLength(1);
});

test('one of many concurrent processes gets it', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => lock().acquire(OWNER)));
  expect(all.filter(({ kind }) => kind === 'acquired')).toHaveLength(1);
  expect(files()).toHaveLength(1);
});

test('one of many concurrent processes takes it over from a dead owner', async () => {
  await takeAndDie();
  expect(await lock().getHolder()).toMatchObject({ owner: OTHER, hasEnded: true });
  const all = await Promise.all(Array.from({ length: 20 }, () => lock().acquire(OWNER)));
  expect(all.filter(({ kind }) => kind === 'acquired')).toEqual([
    { kind: 'acquired', how: 'taken-over' },
  ]);
});

test('the same run gets it again after its process has ended', async () => {
  await takeAndDie(OWNER);
  expect(await lock().acquire(OWNER)).toEqual({ kind: 'acquired', how: 'reentered' });
});

test('a later attempt of a run takes over from the earlier one on any machine', async () => {
  await takeAndDie(OWNER);
  const [name = ''] = files();
  const content = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  content.process.host = 'far-away';
  writeFileSync(join(folder, name), JSON.stringify(content));
  expect((await lock().acquire(OTHER)).kind).toBe('held');
  expect(await lock().acquire({ ...OWNER, runAttempt: '2' })).toMatchObject({ kind: 'acquired' });
});

test('a kept lock has a reason, and can be taken over', async () => {
  const mine = lock();
  await mine.acquire(OWNER);
  await mine.keep('no release is healthy');
  await mine.release();
  expect(await lock().getHolder()).toMatchObject({
    hasEnded: true,
    keptReason: 'no release is healthy',
  });
  expect(await lock().acquire(OTHER)).toEqual({
    kind: 'acquired',
    how: 'taken-over',
    keptReason: 'no release is healthy',
  });
});

test('does not release a lock of another process', async () => {
  await lock().acquire(OWNER);
  await lock().release();
  expect(await lock().getHolder()).toMatchObject({ owner: OWNER });
});

describe('invalid content blocks with a remedy', () => {
  test.each(['', 'x', '{}', '{"state":"held"}', '[]', '{"state":"held","owner":7}'])(
    '%j',
    async (text) => {
      writeFileSync(join(folder, 'lock-3'), text);
      expect(await lock().acquire(OWNER)).toMatchObject({
        kind: 'unreadable',
        remedy: expect.stringContaining('remove the file'),
      });
      await expect(lock().getHolder()).rejects.toThrow(/lock-\* cannot be read/);
    },
  );
});

test('reports a folder that cannot be written', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(createLocalLock(join(folder, 'file'), systemClock).acquire(OWNER)).rejects.toThrow(
    /cannot create a lock in/,
  );
});
