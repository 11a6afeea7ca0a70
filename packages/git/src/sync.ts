import { spawnSync } from 'node:child_process';
import { ENVIRONMENT, gitArguments, MAX_BYTES } from './command-line.ts';

export interface SyncGitOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs git in one folder and waits for it; for developer commands. */
export interface SyncGit {
  /** Returns stdout. Throws an Error with the message of git if the command fails. */
  readonly text: (args: readonly string[], options?: SyncGitOptions) => string;
  readonly bytes: (args: readonly string[], options?: SyncGitOptions) => Buffer;
  /** Whether the exit code is 0. */
  readonly succeeds: (args: readonly string[]) => boolean;
}

export function createSyncGit(cwd: string): SyncGit {
  const run = (args: readonly string[], options: SyncGitOptions = {}) => {
    const [program, ...commandLine] = gitArguments(cwd, args);
    return spawnSync(program, commandLine, {
      cwd,
      maxBuffer: MAX_BYTES,
      env: { ...process.env, ...ENVIRONMENT, ...options.env },
      input: options.input ?? '',
    });
  };
  const bytes: SyncGit['bytes'] = (args, options) => {
    const { status, stdout, stderr, error } = run(args, options);
    if (status === 0) return stdout;
    const problem = error?.message ?? stderr.toString('utf8').trim();
    throw new Error(`git ${args[0]} failed: ${problem}`);
  };
  return {
    bytes,
    text: (args, options) => bytes(args, options).toString('utf8'),
    succeeds: (args) => run(args).status === 0,
  };
}
