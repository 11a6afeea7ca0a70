import { execFileSync } from 'node:child_process';

/** How a git command is run, besides its arguments. */
export interface GitOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** git in one repository. A command that fails throws, with what git said. */
export interface Git {
  readonly text: (args: readonly string[], options?: GitOptions) => string;
  readonly bytes: (args: readonly string[], options?: GitOptions) => Buffer;
  /** Whether a command that answers by its exit code says yes. */
  readonly says: (args: readonly string[]) => boolean;
}

// A list of a whole history is long.
const MOST_BYTES = 256 * 1024 * 1024;

export function gitIn(folder: string): Git {
  const bytes: Git['bytes'] = (args, { input, env } = {}) =>
    execFileSync('git', [...args], {
      cwd: folder,
      maxBuffer: MOST_BYTES,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...env },
      ...(input === undefined ? {} : { input }),
    });
  const text: Git['text'] = (args, options) => bytes(args, options).toString('utf8');
  const says: Git['says'] = (args) => {
    try {
      bytes(args);
      return true;
    } catch {
      return false;
    }
  };
  return { text, bytes, says };
}
