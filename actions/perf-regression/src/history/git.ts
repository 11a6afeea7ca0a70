import { ActionError } from '@repo/core/errors/action-error';
import type { Exec, Execution } from '@repo/core/process/exec';

/** A git command may take this long, ms. */
const TIMEOUT_MS = 120_000;
const MOST_BYTES = 512 * 1024 * 1024;

interface GitOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs git in one folder. */
export interface Git {
  /** What it prints, without the last line break. Throws an ActionError where it fails. */
  readonly run: (args: readonly string[], options?: GitOptions) => Promise<string>;
  /** The same, but `undefined` where it fails. */
  readonly ask: (args: readonly string[], options?: GitOptions) => Promise<string | undefined>;
  /** What it complains of where it fails; `undefined` where it does not. */
  readonly problemOf: (args: readonly string[]) => Promise<string | undefined>;
}

/** git in a folder; it never asks for a password, and no hook of the repository runs. */
export function gitIn(cwd: string, exec: Exec, signal: AbortSignal): Git {
  const call = (args: readonly string[], { env, stdin }: GitOptions = {}) =>
    exec({
      argv: ['git', '-c', 'core.hooksPath=/dev/null', '-c', 'gc.auto=0', ...args],
      cwd,
      env: { ...IDENTITY, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', ...env },
      ...(stdin !== undefined && { stdin }),
      timeoutMs: TIMEOUT_MS,
      signal,
      maxBytes: MOST_BYTES,
    });
  return {
    run: async (args, options) => {
      const result = await call(args, options);
      signal.throwIfAborted();
      if (result.state === 'exited' && result.exitCode === 0) return result.stdout.trimEnd();
      throw new ActionError(`git ${args[0]} failed`, {
        remedy: 'Check that the workspace is a git checkout and that its remote can be reached.',
        cause: new Error(complaintOf(result)),
      });
    },
    problemOf: async (args) => {
      const result = await call(args);
      signal.throwIfAborted();
      const isDone = result.state === 'exited' && result.exitCode === 0;
      return isDone ? undefined : complaintOf(result);
    },
    ask: async (args, options) => {
      const result = await call(args, options);
      signal.throwIfAborted();
      return result.state === 'exited' && result.exitCode === 0
        ? result.stdout.trimEnd()
        : undefined;
    },
  };
}

function complaintOf(result: Execution): string {
  return result.state === 'not-started' ? result.reason : result.stderr.trim() || result.state;
}

const IDENTITY = {
  GIT_AUTHOR_NAME: 'perf-regression',
  GIT_AUTHOR_EMAIL: 'perf-regression@users.noreply.github.com',
  GIT_COMMITTER_NAME: 'perf-regression',
  GIT_COMMITTER_EMAIL: 'perf-regression@users.noreply.github.com',
};
