import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commit, git, startRepository } from '@repo/testkit/git/repository';
import { runAction } from '@repo/testkit/runner/run-action';
import { describe, expect, test } from 'vitest';
import { bench } from './perf/hash-bench.ts';

const action = fileURLToPath(new URL('../../actions/perf-regression', import.meta.url));
const TIMEOUT_MS = 240_000;

function measure(cwd: string, inputs: Readonly<Record<string, string>> = {}, github = {}) {
  return runAction({
    action,
    cwd,
    with: {
      mode: 'run',
      command: `${process.execPath} bench.mjs`,
      format: 'go',
      budget: '60s',
      ...inputs,
    },
    github,
    trackFiles: false,
    timeoutMs: 90_000,
  });
}

describe('mode: run on a small real repository', () => {
  test('30% slower fails, unchanged passes (ten of ten times: pnpm bench perf-run)', {
    timeout: 1_200_000,
  }, async () => {
    using repository = startRepository({ 'bench.mjs': bench(0) });
    const cwd = repository.clone();
    git(cwd, 'checkout', '--quiet', '-B', 'topic', 'origin/main');
    commit(cwd, { 'other.txt': 'x' });
    await using same = await measure(cwd);
    expect(same.outputs.verdict, same.log).toBe('pass');
    commit(cwd, { 'bench.mjs': bench(300) });
    await using slow = await measure(cwd, { 'baseline-ref': 'HEAD~1' });
    expect(slow.outputs.verdict, slow.log).toBe('fail');
    expect(slow.outputs.worst, slow.log).toContain('Hash');
    expect(slow.exitCode).toBe(1);
    expect(slow.summary).toMatch(
      /Compared with [0-9a-f]{12} on the same machine, in \d+ alternating rounds/,
    );
    // The checkout is clean.
    expect(git(cwd, 'worktree', 'list').split('\n')).toHaveLength(1);
    expect(git(cwd, 'status', '--porcelain')).toBe('');
  });

  test('reports unreadable output after the first round', async () => {
    using repository = startRepository({ 'a.txt': 'A' });
    const cwd = repository.clone();
    commit(cwd, { 'a.txt': 'B' });
    const log = join(cwd, '../runs.log');
    await using result = await measure(cwd, { command: `echo x >> ${log}; echo no results` });
    expect(result.exitCode, result.log).toBe(1);
    expect(result.outputs.verdict).toBe('unknown');
    expect((await readFile(log, 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  test('measures in the order A B B A, prepares each side once, and reads files', {
    timeout: TIMEOUT_MS,
  }, async () => {
    using repository = startRepository({ 'side.txt': 'A' });
    const cwd = repository.clone();
    commit(cwd, { 'side.txt': 'B' });
    const log = join(cwd, '../order.log');
    await using result = await measure(cwd, {
      prepare: `echo "prepare $(cat side.txt)" >> ${log}`,
      command: `cat side.txt >> ${log}; echo >> ${log}; echo '{"parse_ms": [1, 2, 3]}' > out.json`,
      results: 'out.json',
      format: 'json',
      rounds: '4',
    });
    const order = (await readFile(log, 'utf8')).trim().split('\n');
    expect(order, result.log).toEqual([
      'prepare A',
      'prepare B',
      'A',
      'B',
      'B',
      'A',
      'A',
      'B',
      'B',
      'A',
    ]);
    expect(result.outputs.verdict, result.log).toBe('pass');
  });

  test('a failing command is an error with its output, and leaves no worktree', {
    timeout: TIMEOUT_MS,
  }, async () => {
    using repository = startRepository({ 'a.txt': '' });
    const cwd = repository.clone();
    commit(cwd, { 'a.txt': 'b' });
    await using result = await measure(cwd, { command: 'echo "no compiler" >&2; exit 3' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('the command failed on the base');
    expect(result.log).toContain('no compiler');
    expect(git(cwd, 'worktree', 'list').split('\n')).toHaveLength(1);
  });

  test('a failing command without output is reported as such', {
    timeout: TIMEOUT_MS,
  }, async () => {
    using repository = startRepository({ 'a.txt': '' });
    const cwd = repository.clone();
    commit(cwd, { 'a.txt': 'b' });
    await using result = await measure(cwd, { command: 'exit 3' });
    expect(result.log).toContain('the command failed on the base: exit code 3, no output.');
  });

  test.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')(
    'a checkout that cannot be removed is a warning, and the results are kept',
    { timeout: TIMEOUT_MS },
    async () => {
      using repository = startRepository({ 'a.txt': '' });
      const cwd = repository.clone();
      commit(cwd, { 'a.txt': 'b' });
      // A mounted folder is busy, like an open file on Windows.
      const command = `case "$PWD" in */base) [ -d busy ] || { mkdir busy; mount -t tmpfs none busy; };; esac
        echo '{"parse_ms": [1, 2, 3]}'`;
      try {
        await using result = await measure(cwd, { command, format: 'json', rounds: '4' });
        expect(result.outputs.verdict, result.log).toBe('pass');
        expect(result.log).toMatch(/cannot remove .*perf-base-.*: EBUSY/);
      } finally {
        for (const [, folder = ''] of (await readFile('/proc/mounts', 'utf8')).matchAll(
          /^none (\S+\/perf-base-\w+\/base\/busy) /gm,
        )) {
          execFileSync('umount', [folder]);
          await rm(join(folder, '../..'), { recursive: true });
        }
      }
    },
  );

  test('a budget that is too short is an error, not a pass', { timeout: TIMEOUT_MS }, async () => {
    using repository = startRepository({ 'a.txt': '' });
    const cwd = repository.clone();
    commit(cwd, { 'a.txt': 'b' });
    await using result = await measure(cwd, { command: 'sleep 20', budget: '300ms' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('the budget ended');
    expect(result.outputs.verdict).not.toBe('pass');
  });

  test('the remedy for a missing parent commit names fetch-depth', {
    timeout: TIMEOUT_MS,
  }, async () => {
    using repository = startRepository({ 'a.txt': '' });
    await using result = await measure(repository.clone());
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('fetch-depth');
  });
});
