/** The behaviour of the patched @actions/exec that `exec` depends on, one test for each change. */
import type { ChildProcess } from 'node:child_process';
import { exec } from '@actions/exec';
import { expect, test } from 'vitest';
import { exec as boundedExec } from './exec.ts';

const node = `"${process.execPath}"`;

test('keeps no line in memory without a line listener', async () => {
  // 60 MB without a line break, in a process that may keep 40 MB. Unpatched, it runs out of memory.
  const program = `
    import { exec } from ${JSON.stringify(import.meta.resolve('@actions/exec'))};
    const writer = "process.stdout.write(Buffer.alloc(6e7, 'x'))";
    let bytes = 0;
    const stdout = (data) => { bytes += data.length; };
    const argv = ['-e', writer];
    await exec(JSON.stringify(process.execPath), argv, { silent: true, listeners: { stdout } });
    console.log(bytes);`;
  const result = await boundedExec({
    argv: [process.execPath, '--max-old-space-size=40', '--input-type=module', '-e', program],
    timeoutMs: 60_000,
    signal: new AbortController().signal,
  });
  expect(result).toMatchObject({ state: 'exited', exitCode: 0, stdout: '60000000\n' });
});

test('passes more options to spawn', async () => {
  const read: Buffer[] = [];
  await exec(node, ['-p', 'process.argv0'], {
    silent: true,
    listeners: { stdout: (data) => read.push(data) },
    spawn: { argv0: 'renamed' },
  });
  expect(Buffer.concat(read).toString()).toBe('renamed\n');
});

test('starts an absolute path immediately and passes its process', async () => {
  let child: ChildProcess | undefined;
  const running = exec(node, ['-e', '0'], {
    silent: true,
    onProcess: (started) => {
      child = started;
    },
  });
  expect(child?.pid).toBeGreaterThan(0);
  await running;
  expect(child?.exitCode).toBe(0);
});

test('rejects when the process cannot be spawned', async () => {
  await expect(exec(node, ['a\0b'], { silent: true })).rejects.toThrow('null bytes');
});
