import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { plain } from '@repo/core/text/untrusted';
import type { Json } from './config/place.ts';
import { type LogEvent, readLogLine } from './log-lines.ts';

export interface EngineProgram {
  readonly path: string;
  /** All of its environment: nothing of ours is inherited. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface EngineProcess {
  readonly port: number;
  /** Resolves, never rejects, when it has ended. */
  readonly ended: Promise<void>;
  /** Asks it to end, kills it where it does not, and waits until it has. */
  readonly stop: () => Promise<void>;
}

export type Started =
  | { readonly kind: 'started'; readonly process: EngineProcess }
  /** What it said before it ended; untrusted. */
  | { readonly kind: 'failed'; readonly why: string };

export interface StartOptions {
  readonly onEvent: (event: LogEvent) => void;
  /** Milliseconds until it must have started. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What it has to put in order at its end takes no longer, ms. */
const STOP_MS = 1_000;

/**
 * Starts the engine. Its configuration, which holds credentials, goes through a pipe: no file of it
 * is ever written. Ends it when the signal is aborted.
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
  const stop = stopper(child);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  // One that ends at once does not read what it is given.
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(config));

  const outcome = await new Promise<{ port: number } | { why: string }>((resolve) => {
    let port = 0;
    let why = '';
    const timer = setTimeout(resolve, timeoutMs, { why: `it did not start in ${timeoutMs} ms` });
    const abort = () => resolve({ why: 'it was stopped' });
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    createInterface({ input: child.stderr, crlfDelay: Number.POSITIVE_INFINITY }).on(
      'line',
      (line) => {
        const event = readLogLine(line);
        if (!event) return;
        if (event.kind === 'listening') port = event.port;
        if (event.kind === 'fatal') why = event.text;
        if (event.kind === 'started') resolve({ port });
        onEvent(event);
      },
    );
    child.once('error', (error) => resolve({ why: plain(error.message) }));
    ended.then(() => resolve({ why: why || `it ended at once (${endOf(child)})` }));
    ended.then(() => signal.removeEventListener('abort', abort));
    // The timer must not hold up a run whose engine has started.
    ended.then(() => clearTimeout(timer));
    timer.unref();
  });
  if ('why' in outcome) {
    await stop(ended);
    return { kind: 'failed', why: outcome.why };
  }
  const end = () => stop(ended);
  signal.addEventListener('abort', end, { once: true });
  ended.then(() => signal.removeEventListener('abort', end));
  return { kind: 'started', process: { port: outcome.port, ended, stop: end } };
}

function stopper(child: ChildProcess) {
  return async (ended: Promise<void>): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  };
}

const endOf = ({ exitCode, signalCode }: ChildProcess) =>
  exitCode === null ? (signalCode ?? 'not started') : `exit code ${exitCode}`;
