import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { type Command, type Exec, exec } from '@repo/core/process/exec';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createGit, type GitSettings } from './git.ts';
import { createSyncGit, type SyncGit } from './sync.ts';

let cwd: string;
let setup: SyncGit;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'git-'));
  // Ignores the configuration of the developer.
  vi.stubEnv('HOME', '/nonexistent');
  vi.stubEnv('XDG_CONFIG_HOME', '/nonexistent');
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
  setup = createSyncGit(cwd);
  setup.text(['init', '--quiet', '--initial-branch=main']);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cwd, { recursive: true });
});

const create = (settings: Partial<GitSettings> = {}) =>
  createGit({ cwd, exec, signal: new AbortController().signal, ...settings });
const commit = ['commit', '--quiet', '--allow-empty', '-m', 'change'];
const authorAndCommitter = ['log', '-1', '--format=%an <%ae>, %cn <%ce>'];
const BOT = 'github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>';

describe('results', () => {
  test('run returns stdout without the line break at the end', async () => {
    expect(await create().run(['symbolic-ref', 'HEAD'])).toBe('refs/heads/main');
  });

  test('run throws an ActionError with the message of git', async () => {
    const failure = create({ remedy: 'Check out first.' }).run(['rev-parse', 'HEAD~5']);
    await expect(failure).rejects.toThrow(ActionError);
    await expect(failure).rejects.toMatchObject({
      message: 'git rev-parse failed',
      remedy: 'Check out first.',
      cause: { message: expect.stringContaining('unknown revision') },
    });
  });

  test('query returns undefined for a command that fails', async () => {
    expect(await create().query(['rev-parse', '--verify', '--quiet', 'none'])).toBeUndefined();
    expect(await create().query(['symbolic-ref', 'HEAD'])).toBe('refs/heads/main');
  });

  test('execute returns the problem', async () => {
    const result = await create().execute(['frobnicate']);
    expect(result).toMatchObject({ ok: false, problem: expect.stringContaining('frobnicate') });
  });

  test('execute returns the problem if git is not installed', async () => {
    const missing: Exec = async () => ({
      state: 'not-started',
      code: 'ENOENT',
      reason: 'git is not installed here (ENOENT)',
    });
    const result = await create({ exec: missing }).execute(['status']);
    expect(result).toMatchObject({ ok: false, problem: 'git is not installed here (ENOENT)' });
  });

  test('run and query throw the reason of an aborted signal, execute does not', async () => {
    const git = create({ signal: AbortSignal.abort(new Error('cancelled')) });
    await expect(git.run(['status'])).rejects.toThrow('cancelled');
    await expect(git.query(['status'])).rejects.toThrow('cancelled');
    expect(await git.execute(['status'])).toMatchObject({ ok: false, problem: 'aborted' });
  });

  test('passes stdin and variables on', async () => {
    const git = create();
    const sha = await git.run(['hash-object', '-w', '--stdin'], { stdin: 'content\n' });
    expect(await git.run(['cat-file', 'blob', sha])).toBe('content');
    const env = { GIT_INDEX_FILE: join(cwd, 'other-index') };
    await git.run(['read-tree', '--empty'], { env });
    expect(await git.run(['ls-files'], { env })).toBe('');
  });
});

describe('identity', () => {
  test('commits as the bot, even if a user is configured', async () => {
    setup.text(['config', 'user.email', 'ann@example.org']);
    setup.text(['config', 'user.name', 'Ann']);
    await create().run(commit);
    expect(await create().run(authorAndCommitter)).toBe(`${BOT}, ${BOT}`);
  });

  test('commits as the configured user if asked to', async () => {
    setup.text(['config', 'user.email', 'ann@example.org']);
    setup.text(['config', 'user.name', 'Ann']);
    const git = create({ identity: 'configured' });
    await git.run(commit);
    expect(await git.run(authorAndCommitter)).toBe('Ann <ann@example.org>, Ann <ann@example.org>');
  });

  test('falls back to the bot if no user is configured', async () => {
    const git = create({ identity: 'configured' });
    await git.run(commit);
    expect(await git.run(authorAndCommitter)).toBe(`${BOT}, ${BOT}`);
  });
});

describe('hardening', () => {
  test.skipIf(process.platform === 'win32')('runs hooks only if asked to', async () => {
    const hook = join(cwd, '.git/hooks/pre-commit');
    writeFileSync(hook, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect((await create({ hooks: true }).execute(commit)).ok).toBe(false);
    expect((await create().execute(commit)).ok).toBe(true);
  });

  test('never prompts, prints English, and withholds tokens of the action', async () => {
    const commands: Command[] = [];
    const record: Exec = async (command) => {
      commands.push(command);
      return { state: 'exited', exitCode: 0, stdout: '', stderr: '', truncated: false, ms: 1 };
    };
    await create({ exec: record }).run(['status']);
    expect(commands[0]?.env).toMatchObject({ LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' });
    expect(commands[0]?.withhold?.('INPUT_GITHUB-TOKEN')).toBe(true);
    expect(commands[0]?.argv).toContain(`safe.directory=${cwd}`);
    expect(commands[0]?.argv).toContain('gc.auto=0');
  });
});

describe('sync', () => {
  test('returns text, bytes and whether a command succeeds', () => {
    expect(setup.text(['symbolic-ref', 'HEAD'])).toBe('refs/heads/main\n');
    expect(setup.bytes(['hash-object', '--stdin'], { input: 'x' })).toBeInstanceOf(Buffer);
    expect(setup.succeeds(['rev-parse', '--verify', '--quiet', 'none'])).toBe(false);
  });

  test('throws with the message of git', () => {
    expect(() => setup.text(['rev-parse', 'HEAD~5'])).toThrow(/^git rev-parse failed: .*HEAD~5/s);
  });
});
