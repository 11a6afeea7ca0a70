import { expect, test } from 'vitest';
import { exec } from './exec.ts';
import { ignoreWorkingFolder } from './program-search.ts';

const NAME = 'NoDefaultCurrentDirectoryInExePath';

test('sets the variable on Windows only, and keeps the value of the user', () => {
  const env: NodeJS.ProcessEnv = {};
  ignoreWorkingFolder(env, 'linux');
  expect(env).toEqual({});
  ignoreWorkingFolder(env, 'win32');
  expect(env).toHaveProperty(NAME);
  const own: NodeJS.ProcessEnv = { [NAME]: '1' };
  ignoreWorkingFolder(own, 'win32');
  expect(own).toEqual({ [NAME]: '1' });
});

test('a command inherits only the value of the user', async () => {
  const read = () =>
    exec({
      argv: [process.execPath, '-p', `process.env.${NAME}`],
      timeoutMs: 10_000,
      signal: new AbortController().signal,
    });
  try {
    ignoreWorkingFolder(process.env, 'win32');
    expect(await read()).toMatchObject({ stdout: 'undefined\n' });
    process.env[NAME] = '1';
    expect(await read()).toMatchObject({ stdout: '1\n' });
  } finally {
    delete process.env[NAME];
  }
});
