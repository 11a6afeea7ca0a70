import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasEnded, isPipe, openPipe, thisProcess } from './process-identity.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'identity-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

// A Unix socket has the same interface as a pipe of Windows.
const createPath = () =>
  process.platform === 'win32' ? thisProcess().pipe : join(folder, 'pipe.sock');

describe('a process with a pipe', () => {
  // The process id of the tests, as if it was used again after a restart of the machine.
  const reused = () => ({ ...thisProcess(), pipe: createPath() });

  test('runs while it listens', async () => {
    const one = reused();
    await openPipe(one);
    expect(await hasEnded(one, thisProcess())).toBe(false);
  });

  test('has ended without a listener, although its process id is in use', async () => {
    expect(await hasEnded(reused(), thisProcess())).toBe(true);
  });

  test('has ended when it has stopped listening', async () => {
    const one = reused();
    const server = createServer().listen(one.pipe);
    await new Promise((resolve) => server.once('listening', resolve));
    await new Promise((resolve) => server.close(resolve));
    expect(await hasEnded(one, thisProcess())).toBe(true);
  });
});

test('only Windows has a pipe, with a new name for each process', () => {
  expect(thisProcess('linux').pipe).toBe('');
  const names = [thisProcess('win32').pipe, thisProcess('win32').pipe];
  expect(new Set(names).size).toBe(2);
  expect(names.map(isPipe)).toEqual([true, true]);
});

test.each(['', '/tmp/x', '\\\\.\\pipe\\docker', '\\\\.\\pipe\\deploy-rollback-..\\..\\x'])(
  'does not connect to %j, which a lock may contain',
  (path) => expect(isPipe(path)).toBe(false),
);
