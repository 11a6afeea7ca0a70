import { getEventListeners, once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isActionVariable } from './action-variables.ts';
import { type Command, exec } from './exec.ts';

const node = process.execPath;

/** Runs a line of JavaScript as a program of its own. */
function script(code: string, options: Partial<Command> = {}) {
  return exec({
    argv: [node, '-e', code],
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    ...options,
  });
}

test('returns the exit code, stdout and stderr', async () => {
  const result = await script("console.log('out'); console.error('err'); process.exitCode = 3");
  expect(result).toMatchObject({
    state: 'exited',
    exitCode: 3,
    stdout: 'out\n',
    stderr: 'err\n',
    truncated: false,
  });
});

test('passes arguments unchanged, without a shell', async () => {
  const nasty = ['$(id)', '; ls', '"', "'", '*', 'a b', ''];
  const argv = [node, '-p', 'JSON.stringify(process.argv.slice(1))', '--', ...nasty] as const;
  const result = await exec({
    argv: [...argv],
    timeoutMs: 10_000,
    signal: new AbortController().signal,
  });
  expect(result).toMatchObject({ state: 'exited', stdout: `${JSON.stringify(nasty)}\n` });
});

test.skipIf(process.platform === 'win32')('starts a program of any name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'exec "q" \\'));
  try {
    for (const name of ['a b', 'a"b', 'a\\', ' a\\" ', '$(id)', '"a b"']) {
      const program = join(folder, name);
      await writeFile(program, '#!/bin/sh\nprintf %s "$0"', { mode: 0o755 });
      const signal = new AbortController().signal;
      const result = await exec({ argv: [program], timeoutMs: 10_000, signal });
      expect(result).toMatchObject({ state: 'exited', stdout: program });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.skipIf(process.platform === 'win32')(
  'finds a program in the PATH that it passes',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'exec-'));
    try {
      await symlink(node, join(folder, 'renamed-node'));
      const signal = new AbortController().signal;
      const argv = ['renamed-node', '-p', '1'] as const;
      const result = await exec({ argv, env: { PATH: folder }, timeoutMs: 10_000, signal });
      expect(result).toMatchObject({ state: 'exited', stdout: '1\n' });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

test('reports arguments that are too long for the system', async () => {
  expect(await script('', { env: { A: 'x'.repeat(2 ** 24) } })).toMatchObject({
    state: 'not-started',
    code: expect.stringMatching(/^(?:E2BIG|ENAMETOOLONG|EINVAL)$/),
  });
});

test('passes standard input, folder and environment', async () => {
  const code =
    "process.stdin.on('data', (d) => console.log(String(d), process.cwd(), process.env.A, process.env.HOME, !process.env.PATH))";
  const result = await script(code, { stdin: 'in', cwd: '/', env: { A: 'b', HOME: undefined } });
  expect(result).toMatchObject({ stdout: 'in / b undefined false\n' });
});

test('withholds variables, and can pass their values under other names', async () => {
  process.env['INPUT_GITHUB-TOKEN'] = 'inherited';
  try {
    const result = await script(
      "console.log(process.env['INPUT_GITHUB-TOKEN'], process.env.OTHER, 'PATH' in process.env)",
      { withhold: isActionVariable, env: { OTHER: 'given' } },
    );
    expect(result).toMatchObject({ stdout: 'undefined given true\n' });
  } finally {
    delete process.env['INPUT_GITHUB-TOKEN'];
  }
});

test('accepts a program that does not read its input', async () => {
  const result = await script('', { stdin: Buffer.alloc(1_000_000) });
  expect(result).toMatchObject({ state: 'exited', exitCode: 0 });
});

test('drops output beyond the limit, and reports it', async () => {
  const result = await script("process.stdout.write('x'.repeat(1e6))", { maxBytes: 10 });
  expect(result).toMatchObject({ state: 'exited', stdout: 'xxxxxxxxxx', truncated: true });
  const exact = await script("process.stdout.write('x'.repeat(10))", { maxBytes: 10 });
  expect(exact).toMatchObject({ stdout: 'xxxxxxxxxx', truncated: false });
});

test('kills a program and its children on timeout', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const grandchild = `require('node:net').connect(${port}, '127.0.0.1')`;
  const code = `require('node:child_process').spawn(process.execPath, ['-e', "${grandchild}"])`;
  const controller = new AbortController();
  const running = script(code, { timeoutMs: 1_500, signal: controller.signal });
  const [socket] = await once(server, 'connection');
  const killed = once(socket, 'close');
  socket.on('error', () => {}).resume();
  expect(await running).toMatchObject({ state: 'timeout' });
  await killed;
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  server.close();
});

test('kills a program on abort; does not start it after an abort', async () => {
  const controller = new AbortController();
  const running = script('setInterval(() => {}, 1000)', { signal: controller.signal });
  controller.abort();
  expect(await running).toMatchObject({ state: 'aborted' });
  expect(await script('', { signal: AbortSignal.abort() })).toMatchObject({ state: 'aborted' });
});

test('distinguishes a signal from an exit code', async () => {
  const result = await script("process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)");
  expect(result).toMatchObject({ state: 'killed', by: 'SIGTERM' });
});

test('does not wait for a grandchild that keeps the pipes open', async () => {
  const code = `
    require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)'],
      { stdio: 'inherit', detached: true }).unref();
    console.log('done');`;
  const result = await script(code);
  expect(result).toMatchObject({ state: 'exited', exitCode: 0, stdout: 'done\n' });
});

test('reports why a program cannot be started', async () => {
  const signal = new AbortController().signal;
  const missing = await exec({ argv: ['no-such-program'], timeoutMs: 1_000, signal });
  expect(missing).toEqual({
    state: 'not-started',
    code: 'ENOENT',
    reason: 'no-such-program is not installed here (ENOENT)',
  });
  const folder = await exec({ argv: [node], cwd: '/no/such', timeoutMs: 1_000, signal });
  expect(folder).toMatchObject({ reason: 'the folder /no/such does not exist (ENOENT)' });
  const source = fileURLToPath(new URL('exec.ts', import.meta.url));
  const file = await exec({ argv: [source], timeoutMs: 1_000, signal });
  expect(file).toMatchObject({ reason: `${source} is not executable (EACCES)` });
  const zero = await exec({ argv: ['a\0b'], timeoutMs: 1_000, signal });
  expect(zero).toMatchObject({ state: 'not-started' });
});
