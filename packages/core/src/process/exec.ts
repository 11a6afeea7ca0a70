import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { plain } from '../text/untrusted.ts';

/** A program and how far it may go. */
export interface Command {
  /** The program (a name on the PATH, or a path) and its arguments, handed over as they are. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  /** Added to our own environment, which it inherits; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Variables of our environment, by their names, that it does not inherit; none unless told. */
  readonly withhold?: (name: string) => boolean;
  /** What it reads from its standard input; without it, that is empty. */
  readonly stdin?: string | Uint8Array;
  /** Milliseconds until it is killed, with all that it has started. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Most bytes that are kept of stdout, and of stderr; 64 KiB unless told. The rest is dropped. */
  readonly maxBytes?: number;
}

/** What a program wrote; untrusted. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  /** One of them was longer than `maxBytes`. */
  readonly truncated: boolean;
  /** From the start to the end, milliseconds. */
  readonly ms: number;
}

export type Execution =
  /** It came to an end by itself, whatever it thinks of it. */
  | (Output & { readonly state: 'exited'; readonly exitCode: number })
  /** Somebody else killed it, e.g. the kernel for want of memory. */
  | (Output & { readonly state: 'killed'; readonly by: NodeJS.Signals })
  /** We killed it. */
  | (Output & { readonly state: 'timeout' | 'aborted' })
  /** It could not be started; harmless text, e.g. `ping is not installed here (ENOENT)`. */
  | { readonly state: 'not-started'; readonly code: string; readonly reason: string };

/** Runs a program; the port that tests put a fake into. */
export type Exec = (command: Command) => Promise<Execution>;

const DEFAULT_MAX_BYTES = 65_536;
/** What a killed program leaves in its pipes is waited for no longer than this, ms. */
const DRAIN_MS = 200;

/**
 * Runs a program without a shell and without printing anything. Never rejects. At the time limit
 * or the abort it is killed together with its children (on Windows, alone).
 */
export const exec: Exec = async (command) => {
  const { argv, cwd, stdin, timeoutMs, signal, maxBytes = DEFAULT_MAX_BYTES } = command;
  const [program, ...args] = argv;
  const started = performance.now();
  const stdout = collector(maxBytes);
  const stderr = collector(maxBytes);
  const output = (): Output => ({
    stdout: stdout.text(),
    stderr: stderr.text(),
    truncated: stdout.truncated() || stderr.truncated(),
    ms: performance.now() - started,
  });
  if (signal.aborted) return { ...output(), state: 'aborted' };

  return new Promise((resolve) => {
    let child: ReturnType<typeof spawn>;
    try {
      child = spawn(program, args, {
        ...(cwd !== undefined && { cwd }),
        env: environmentOf(command),
        stdio: 'pipe',
        shell: false,
        windowsHide: true,
        // Its own process group: what it has started can be killed with it.
        detached: process.platform !== 'win32',
      });
    } catch (error) {
      return resolve(notStarted(command, error));
    }
    let why: 'timeout' | 'aborted' | undefined;
    let drain: NodeJS.Timeout | undefined;
    const kill = (reason: 'timeout' | 'aborted') => {
      if (why !== undefined) return;
      why = reason;
      killGroup(child.pid);
      // One that runs as somebody else cannot be killed, and must not keep us.
      child.unref();
      drain ??= setTimeout(end, DRAIN_MS, null, null);
    };
    const timer = setTimeout(kill, timeoutMs, 'timeout');
    const abort = () => kill('aborted');
    signal.addEventListener('abort', abort, { once: true });
    const settle = (execution: Execution) => {
      clearTimeout(timer);
      clearTimeout(drain);
      signal.removeEventListener('abort', abort);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(execution);
    };
    const end = (exitCode: number | null, by: NodeJS.Signals | null) => {
      if (why !== undefined) settle({ ...output(), state: why });
      else if (exitCode !== null) settle({ ...output(), state: 'exited', exitCode });
      else settle({ ...output(), state: 'killed', by: by ?? 'SIGKILL' });
    };
    child.stdout?.on('data', stdout.take);
    child.stderr?.on('data', stderr.take);
    // A program need not read what it is given.
    child.stdin?.on('error', () => {});
    child.stdin?.end(stdin);
    child.once('error', (error) => settle(notStarted(command, error)));
    child.once('exit', (exitCode, by) => {
      // A grandchild that left the group may hold the pipes open for ever.
      drain ??= setTimeout(end, DRAIN_MS, exitCode, by);
    });
    child.once('close', end);
  });
};

function environmentOf({ env, withhold }: Command): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !withhold?.(name));
  return { ...Object.fromEntries(inherited), ...env };
}

function collector(maxBytes: number) {
  const chunks: Buffer[] = [];
  let room = maxBytes;
  let more = false;
  return {
    take: (chunk: Buffer) => {
      more ||= chunk.length > room;
      // A copy: a slice would hold on to the whole chunk.
      if (room > 0) chunks.push(Buffer.from(chunk.subarray(0, room)));
      room = Math.max(0, room - chunk.length);
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
    truncated: () => more,
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}

function notStarted({ argv: [program], cwd }: Command, error: unknown): Execution {
  const { code = 'unknown error', message } = error as NodeJS.ErrnoException;
  const name = plain(program, 100);
  const reasons: Readonly<Record<string, string>> = {
    // The system has the same code for both.
    ENOENT:
      cwd === undefined || existsSync(cwd)
        ? `${name} is not installed here`
        : `there is no folder ${plain(cwd, 100)}`,
    EACCES: `${name} may not be run`,
  };
  return { state: 'not-started', code, reason: `${reasons[code] ?? plain(message)} (${code})` };
}
