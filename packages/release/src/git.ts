import { spawnSync } from 'node:child_process';
import { Refusal } from './refusal.ts';

/** How a git command is run, besides its arguments. */
export interface GitOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** git in one repository. A command that fails throws a {@link Refusal} with what git said. */
export interface Git {
  readonly text: (args: readonly string[], options?: GitOptions) => string;
  readonly bytes: (args: readonly string[], options?: GitOptions) => Buffer;
  /** Whether a command that answers by its exit code says yes. */
  readonly says: (args: readonly string[]) => boolean;
}

// A list of a whole history is long.
const MOST_BYTES = 256 * 1024 * 1024;

export function gitIn(folder: string): Git {
  const run = (args: readonly string[], { input, env }: GitOptions) =>
    spawnSync('git', [...args], {
      cwd: folder,
      maxBuffer: MOST_BYTES,
      env: { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...env },
      ...(input === undefined ? {} : { input }),
    });
  const bytes: Git['bytes'] = (args, options = {}) => {
    const { status, stdout, stderr, error } = run(args, options);
    if (status === 0) return stdout;
    const why = error?.message ?? stderr.toString('utf8').trim();
    throw new Refusal(`git ${args[0]} failed: ${why}`, 'Mend what git says, and run it again.');
  };
  return {
    text: (args, options) => bytes(args, options).toString('utf8'),
    bytes,
    says: (args) => run(args, {}).status === 0,
  };
}
