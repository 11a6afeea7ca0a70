import { expect, test } from 'vitest';
import type { Execution } from '../process/exec.ts';
import { traceExec } from './trace-exec.ts';

const OUTPUT = { stdout: 'secret', stderr: 'secret', truncated: false, ms: 12.3 };

test.each<[readonly [string, ...string[]], Execution, string]>([
  [
    ['/usr/bin/git', '-C', '/w', 'fetch', 'https://me:secret@host/'],
    { ...OUTPUT, state: 'exited', exitCode: 128 },
    'git fetch (4 arguments) → exit code 128 in 12ms',
  ],
  [['psql', 'secret'], { ...OUTPUT, state: 'timeout' }, 'psql (1 argument) → timed out after 12ms'],
  [
    ['bash'],
    { ...OUTPUT, state: 'killed', by: 'SIGKILL' },
    'bash (0 arguments) → killed by SIGKILL after 12ms',
  ],
  [
    ['ping', 'a'],
    { state: 'not-started', code: 'ENOENT', reason: 'ping is not installed' },
    'ping (1 argument) → not started: ping is not installed',
  ],
])('logs %j without arguments and output', async (argv, execution, expected) => {
  const lines: string[] = [];
  const exec = traceExec(
    async () => execution,
    (text) => lines.push(typeof text === 'string' ? text : text()),
  );
  const { signal } = new AbortController();
  expect(await exec({ argv, timeoutMs: 1, signal })).toBe(execution);
  expect(lines).toEqual([expected]);
});
