import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { plain } from '@repo/core/text/untrusted';
import type { Json } from './config/outbound-settings.ts';
import { type LogEvent, parseLogLine } from './log-lines.ts';

export interface EngineProgram {
  readonly path: string;
  /** The complete environment; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface EngineProcess {
  readonly port: number;
  /** Resolves when the process has exited; never rejects. */
  readonly ended: Promise<void>;
  /** Terminates the process, kills it after a timeout, and waits for its exit. */
  readonly stop: () => Promise<void>;
}

export type Started =
  | { readonly kind: 'started'; readonly process: EngineProcess }
  /** The last error of the process; untrusted. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface StartOptions {
  readonly onEvent: (event: LogEvent) => void;
  /** Timeout for the start. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** After this time, the process is killed. */
const STOP_TIMEOUT_MS = 1_000;

/**
 * Starts the engine. The configuration contains credentials, so it is passed through a pipe and never
 * written to a file. Stops the engine when the signal is aborted.
 */
export async function startEngine(
  { path, environment }: EngineProgram,
  config: Json,
  { onEvent, timeoutMs, signal }: StartOptions,
): Promise<Started> {
  const child = spawn(path, ['--disable-color', 'run', '-c', 'stdin'], {
    env: { ...environment },
    stdio: ['pipe', 'ignore', 'pipe'],
    shell: false,
    windowsHide: true,
  });
  const stop = createStop(child);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  // A process that exits immediately does not read its input.
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(config));

  const outcome = await new Promise<{ port: number } | { reason: string }>((resolve) => {
    let port = 0;
    let reason = '';
    const timer = setTimeout(resolve, timeoutMs, {
      reason: `it did not start within ${timeoutMs} ms`,
    });
    const abort = () => resolve({ reason: 'it was stopped' });
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    createInterface({ input: child.stderr, crlfDelay: Number.POSITIVE_INFINITY }).on(
      'line',
      (line) => {
        const event = parseLogLine(line);
        if (!event) return;
        if (event.kind === 'listening') port = event.port;
        if (event.kind === 'fatal') reason = event.text;
        if (event.kind === 'started') resolve({ port });
        onEvent(event);
      },
    );
    child.once('error', (error) => resolve({ reason: plain(error.message) }));
    ended.then(() =>
      resolve({ reason: reason || `it exited immediately (${describeExit(child)})` }),
    );
    ended.then(() => signal.removeEventListener('abort', abort));
    // The timer must not delay the end of a run.
    ended.then(() => clearTimeout(timer));
    timer.unref();
  });
  if ('reason' in outcome) {
    await stop(ended);
    return { kind: 'failed', reason: outcome.reason };
  }
  const end = () => stop(ended);
  signal.addEventListener('abort', end, { once: true });
  ended.then(() => signal.removeEventListener('abort', end));
  return { kind: 'started', process: { port: outcome.port, ended, stop: end } };
}

function createStop(child: ChildProcess) {
  return async (ended: Promise<void>): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  };
}

const describeExit = ({ exitCode, signalCode }: ChildProcess) =>
  exitCode === null ? (signalCode ?? 'not started') : `exit code ${exitCode}`;
