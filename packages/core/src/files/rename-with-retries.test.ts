import { expect, test } from 'vitest';
import { type RenameSystem, renameWithRetries } from './rename-with-retries.ts';

function createSystem(codes: readonly string[], platform: NodeJS.Platform = 'win32') {
  const left = [...codes];
  const waitedMs: number[] = [];
  const system: RenameSystem = {
    platform,
    rename: async () => {
      const code = left.shift();
      if (code !== undefined) throw Object.assign(new Error(code), { code });
    },
    sleep: async (ms) => void waitedMs.push(ms),
  };
  return { system, waitedMs };
}

test('waits on Windows until another process has closed the file', async () => {
  const { system, waitedMs } = createSystem(['EPERM', 'EBUSY', 'EACCES']);
  await renameWithRetries('a', 'b', system);
  expect(waitedMs).toEqual([50, 100, 200]);
});

test('throws the error if the file stays open', async () => {
  const { system, waitedMs } = createSystem(Array.from({ length: 9 }, () => 'EBUSY'));
  await expect(renameWithRetries('a', 'b', system)).rejects.toThrow('EBUSY');
  expect(waitedMs).toEqual([50, 100, 200, 400, 800]);
});

test.each([
  ['win32', 'ENOENT'],
  ['linux', 'EPERM'],
] as const)('does not wait on %s after %s', async (platform, code) => {
  const { system, waitedMs } = createSystem([code], platform);
  await expect(renameWithRetries('a', 'b', system)).rejects.toThrow(code);
  expect(waitedMs).toEqual([]);
});
