import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { safeParse } from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runConfigured } from '../testing/run-configured.ts';
import { exec } from './exec.ts';

const node = process.execPath;
let workspace = '';
beforeAll(async () => {
  workspace = await realpath(await mkdtemp(join(tmpdir(), 'exec-')));
});
afterAll(() => rm(workspace, { recursive: true }));

function run(command: unknown, options: Parameters<typeof runConfigured>[2] = {}) {
  return runConfigured(exec, { command }, { machine: { workspace }, ...options });
}

describe('a command', () => {
  test('reports exit code and output', async () => {
    expect(await run([node, '-e', ''])).toMatchObject({ state: 'healthy' });
    const failed = await run([node, '-e', "console.error('why'); process.exitCode = 3"]);
    expect(failed).toMatchObject({
      state: 'unhealthy',
      reason: 'exit code 3, expected 0',
      evidence: [{ title: 'end of stderr', lines: ['why'] }],
    });
    const script = "console.log('ok'); console.error('hm')";
    const expect_ = ["stdout == 'ok'", "stderr == 'hm'", "latency < duration('1m')"];
    expect(await run([node, '-e', script], { expect: expect_ })).toMatchObject({
      state: 'healthy',
    });
  });

  test('can be a line, which runs without a shell', async () => {
    const line = `"${node}" -p 'process.argv.slice(1).join()' -- $HOME ";" 'a b' \\> out`;
    const { state, reason } = await run(line, { expect: ["stdout == '$HOME,;,a b,>,out'"] });
    expect(reason).toBe('');
    expect(state).toBe('healthy');
  });

  test.each([
    'a | b',
    'a && b',
    'a || b',
    'a; b',
    'a > b',
    'a 2>&1',
    'a < b',
    'a &',
    'a 2>/dev/null',
  ])('rejects a line that requires a shell: %s', async (command) => {
    const result = safeParse(exec.schema, { command });
    expect(result.issues?.[0].message).toMatch(/contains .*, which requires a shell\n.*bash, -c/);
  });

  test.each(["grep 'a | b' c", 'a "b; c" d', 'a\\;b', 'a b>c', 'curl http://a/?b&c', 'a -> b'])(
    'no shell is wanted by %s',
    async (command) => {
      expect(safeParse(exec.schema, { command }).success).toBe(true);
    },
  );

  test('runs in the workspace and converts numbers to text', async () => {
    const list = [node, '-p', 'process.cwd() + process.argv[1]', 5];
    expect(await run(list, { expect: [`stdout == '${workspace}5'`] })).toMatchObject({
      state: 'healthy',
    });
  });

  test('does not inherit the inputs of the action', async () => {
    process.env['INPUT_GITHUB-TOKEN'] = 'inherited';
    try {
      const list = [node, '-p', "String(process.env['INPUT_GITHUB-TOKEN'])"];
      expect(await run(list, { expect: ["stdout == 'undefined'"] })).toMatchObject({
        state: 'healthy',
      });
    } finally {
      delete process.env['INPUT_GITHUB-TOKEN'];
    }
  });

  test('is killed and unhealthy after the timeout', async () => {
    const { state, reason } = await run([node, '-e', 'setInterval(() => {}, 1e6)'], {
      timeoutMs: 200,
    });
    expect(state).toBe('unhealthy');
    expect(reason).toBe('did not exit within 200ms');
  });

  test('reports the signal that killed it', async () => {
    const { reason } = await run([node, '-e', "process.kill(process.pid, 'SIGKILL')"]);
    expect(reason).toBe('was killed by SIGKILL');
  });

  test('is unknown and final if it is not installed', async () => {
    const { state, reason } = await run('no-such-program --version');
    expect(state).toBe('impossible');
    expect(reason).toBe('no-such-program is not installed here (ENOENT)');
  });

  test('shows the end of its output without secrets', async () => {
    const script = `
      for (let i = 0; i < 100; i++) console.log('line ' + i);
      console.log('::error::x postgres://app:hidden-1@db/ Authorization: Bearer hidden-2');
      process.exitCode = 1`;
    const { evidence } = await run([node, '-e', script]);
    const lines = evidence[0]?.lines ?? [];
    expect(lines).toHaveLength(12);
    expect(lines[0]).toBe('line 89');
    expect(lines.at(-1)).not.toMatch(/^::error/);
    expect(JSON.stringify(evidence)).not.toContain('hidden');
  });

  test.each([[[]], [['']], ['   '], ["echo 'open"]])('rejects %j', async (command) => {
    await expect(run(command)).rejects.toThrow();
  });
});
