import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { plain } from '../text/untrusted.ts';
import { killTree } from './kill-tree.ts';
import { describeBatchFile, locateProgram } from './locate-program.ts';
import { isSearchVariable } from './program-search.ts';

/** A program with its arguments, environment and limits. */
export interface Command {
  /** The program (a name in the PATH, or a path) and its arguments, passed unchanged. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  /** Added to the inherited environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Names the environment variables that it does not inherit. Default: none. */
  readonly withhold?: (name: string) => boolean;
  /** Its standard input. Default: empty. */
  readonly stdin?: string | Uint8Array;
  /** Milliseconds until it is killed, together with its child processes. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Bytes to keep of stdout and of stderr. The rest is dropped. Default: 64 KiB. */
  readonly maxBytes?: number;
}

/** The output of a program; untrusted. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  /** Whether stdout or stderr was longer than `maxBytes`. */
  readonly truncated: boolean;
  /** Duration, milliseconds. */
  readonly ms: number;
}

export type Execution =
  /** It exited, with any exit code. */
  | (Output & { readonly state: 'exited'; readonly exitCode: number })
  /** Another process killed it, such as the kernel when memory is low. */
  | (Output & { readonly state: 'killed'; readonly by: NodeJS.Signals })
  /** `exec` killed it. */
  | (Output & { readonly state: 'timeout' | 'aborted' })
  /** It could not be started. The reason is sanitized: `ping is not installed here (ENOENT)`. */
  | { readonly state: 'not-started'; readonly code: string; readonly reason: string };

/** Runs a program. Tests replace it. */
export type Exec = (command: Command) => Promise<Execution>;

const DEFAULT_MAX_BYTES = 65_536;
/** How long the remaining output of a finished program is read, ms. */
const DRAIN_MS = 200;

/**
 * Runs a program without a shell and without printing. Never rejects. On timeout or abort, kills it
 * together with its child processes.
 */
export const exec: Exec = async (command) => {
  const { argv, cwd = process.cwd(), stdin, timeoutMs, signal } = command;
  const [program, ...args] = argv;
  const started = performance.now();
  const stdout = collector(command.maxBytes ?? DEFAULT_MAX_BYTES);
  const stderr = collector(command.maxBytes ?? DEFAULT_MAX_BYTES);
  const output = (): Output => ({
    stdout: stdout.text(),
    stderr: stderr.text(),
    truncated: stdout.truncated() || stderr.truncated(),
    ms: performance.now() - started,
  });
  if (signal.aborted) return { ...output(), state: 'aborted' };
  const env = buildEnvironment(command);
  const located = locateProgram(program, { cwd, path: readPath(env) });
  if (located.kind === 'missing') return notStarted(command, located);
  if (located.kind === 'batch') {
    const { message, remedy } = describeBatchFile(program, located.path);
    return { state: 'not-started', code: 'EINVAL', reason: `${message}. ${remedy}` };
  }
  // Loaded here, because many runs start no program.
  const { exec: run } = await import('@actions/exec');
  if (signal.aborted) return { ...output(), state: 'aborted' };

  let child: ChildProcess | undefined;
  let spawnError: unknown;
  let killReason: 'timeout' | 'aborted' | undefined;
  let killing: Promise<void> | undefined;
  let drain: NodeJS.Timeout | undefined;
  const abandoned = Promise.withResolvers<void>();
  const kill = (reason: 'timeout' | 'aborted') => {
    if (killReason !== undefined) return;
    killReason = reason;
    killing = killTree(child?.pid).then(() => {
      // A process of another user cannot be killed and must not keep this process alive.
      child?.unref();
      drain = setTimeout(abandoned.resolve, DRAIN_MS);
    });
  };
  const timer = setTimeout(kill, timeoutMs, 'timeout');
  const abort = () => kill('aborted');
  signal.addEventListener('abort', abort, { once: true });
  const onProcess = (spawned: ChildProcess) => {
    child = spawned;
    if (killReason !== undefined) killing = killTree(child.pid);
    child.once('error', (error) => {
      spawnError = error;
    });
    // A program may not read its standard input.
    child.stdin?.on('error', () => {});
    child.stdin?.end(stdin);
  };
  try {
    const running = run(quoteProgram(located.path), args, {
      silent: true,
      ignoreReturnCode: true,
      // A descendant outside of the group may keep the pipes open.
      delay: DRAIN_MS,
      listeners: { stdout: stdout.take, stderr: stderr.take },
      // A separate process group, which can be killed with all of its processes.
      spawn: { cwd, env, windowsHide: true, detached: process.platform !== 'win32' },
      onProcess,
    });
    await Promise.race([running, abandoned.promise]);
  } catch (error) {
    return notStarted(command, spawnError ?? error);
  } finally {
    clearTimeout(timer);
    await killing;
    clearTimeout(drain);
    signal.removeEventListener('abort', abort);
    child?.stdout?.destroy();
    child?.stderr?.destroy();
  }
  if (killReason !== undefined) return { ...output(), state: killReason };
  const { exitCode = null, signalCode = null } = child ?? {};
  if (exitCode !== null) return { ...output(), state: 'exited', exitCode };
  return { ...output(), state: 'killed', by: signalCode ?? 'SIGKILL' };
};

function buildEnvironment({ env, withhold }: Command): Readonly<Record<string, string>> {
  const inherited = Object.entries(process.env).filter(
    ([name, value]) => !withhold?.(name) && !isSearchVariable(name, value),
  );
  const all = Object.entries({ ...Object.fromEntries(inherited), ...env });
  return Object.fromEntries(
    all.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** On Windows, the name of a variable has any case: usually `Path`. */
function readPath(env: Readonly<Record<string, string>>): string | undefined {
  if (process.platform !== 'win32') return env.PATH;
  return Object.entries(env).find(([name]) => name.toUpperCase() === 'PATH')?.[1];
}

/**
 * For @actions/exec, which splits its first argument at spaces, reads escapes only inside of quotes, and
 * trims the last part.
 */
function quoteProgram(path: string): string {
  return `${path.replace(/[ "]/g, (character) => (character === ' ' ? '" "' : '"\\""'))} `;
}

function collector(maxBytes: number) {
  const chunks: Buffer[] = [];
  let room = maxBytes;
  let more = false;
  return {
    take: (chunk: Buffer) => {
      more ||= chunk.length > room;
      // A copy, because a slice keeps the whole chunk in memory.
      if (room > 0) chunks.push(Buffer.from(chunk.subarray(0, room)));
      room = Math.max(0, room - chunk.length);
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
    truncated: () => more,
  };
}

function notStarted({ argv: [program], cwd }: Command, error: unknown): Execution {
  const { code = 'unknown error', message } = error as NodeJS.ErrnoException;
  const name = plain(program, 100);
  const reasons: Readonly<Record<string, string>> = {
    // The same code for a missing program and a missing folder.
    ENOENT:
      cwd === undefined || existsSync(cwd)
        ? `${name} is not installed here`
        : `the folder ${plain(cwd, 100)} does not exist`,
    EACCES: `${name} is not executable`,
  };
  return { state: 'not-started', code, reason: `${reasons[code] ?? plain(message)} (${code})` };
}
