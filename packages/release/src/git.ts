import { spawnSync } from 'node:child_process';
import { ReleaseError } from './release-error.ts';

/** Options of a git command. */
export interface GitOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** git in one repository. A failing command throws a {@link ReleaseError} with git's message. */
export interface Git {
  readonly text: (args: readonly string[], options?: GitOptions) => string;
  readonly bytes: (args: readonly string[], options?: GitOptions) => Buffer;
  /** Whether a command exits with 0. */
  readonly succeeds: (args: readonly string[]) => boolean;
}

// The log of a complete history is long.
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

export function openGit(folder: string): Git {
  const run = (args: readonly string[], { input, env }: GitOptions) =>
    spawnSync('git', [...args], {
      cwd: folder,
      maxBuffer: MAX_OUTPUT_BYTES,
      env: { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...env },
      ...(input === undefined ? {} : { input }),
    });
  const bytes: Git['bytes'] = (args, options = {}) => {
    const { status, stdout, stderr, error } = run(args, options);
    if (status === 0) return stdout;
    const reason = error?.message ?? stderr.toString('utf8').trim();
    throw new ReleaseError(
      `git ${args[0]} failed: ${reason}`,
      'Fix the reported problem and run the command again.',
    );
  };
  return {
    text: (args, options) => bytes(args, options).toString('utf8'),
    bytes,
    succeeds: (args) => run(args, {}).status === 0,
  };
}
