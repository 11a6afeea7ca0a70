import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { type NodeCommand, type StartedNode, startNode } from './start-node.ts';

/** How long the runner waits after each signal to a cancelled process, ms; 0: it is not sent. */
export interface StopPatience {
  readonly afterInterrupt: number;
  readonly afterTerminate: number;
}

/** The waiting times of the runner: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL. */
export const RUNNER_PATIENCE: StopPatience = { afterInterrupt: 7_500, afterTerminate: 2_500 };

// How long the runner waits for the pipes of an exited process whose children keep them open.
const DRAIN_MS = 5_000;

export interface NodeProcessOptions extends NodeCommand {
  /** Called with each line of stdout or stderr. */
  readonly onLine: (line: string) => void;
  /** Stops the process like the runner. */
  readonly stop: AbortSignal;
  readonly patience: StopPatience;
}

export interface NodeProcessResult {
  readonly pid: number;
  /** 128 plus the signal number if a signal killed the process, as in the runner. */
  readonly exitCode: number;
  readonly signal?: NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
  /** User and system time; `undefined` if not measured or if the process was killed. */
  readonly cpuMs?: number;
  readonly maxRssBytes?: number;
}

/** Runs a script with the current Node, which must be Node 24 as on GitHub's runner. */
export async function runNode(options: NodeProcessOptions): Promise<NodeProcessResult> {
  if (!process.version.startsWith('v24.')) {
    throw new Error(
      `Actions require Node 24 (got ${process.version}, ${process.execPath}). Run this with pnpm, which selects it.`,
    );
  }
  const started = performance.now();
  const { child, stdout: out, stderr: err, send } = await startNode(options);
  const stdout = collect(out, options.onLine);
  const stderr = collect(err, options.onLine);
  const closed = Promise.all([once(out, 'close'), once(err, 'close')]);
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const stopSignals = sendStopSignals(send, options);
  const exit = await exited;
  const durationMs = performance.now() - started;
  stopSignals.cancel();
  await Promise.race([closed, setTimeout(DRAIN_MS, undefined, { ref: false })]);
  out.destroy();
  err.destroy();
  return {
    pid: child.pid ?? 0,
    exitCode: exit.signal === null ? (exit.code ?? 1) : 128 + constants.signals[exit.signal],
    ...(exit.signal !== null && { signal: exit.signal }),
    stdout: stdout(),
    stderr: stderr(),
    durationMs,
    ...(options.measureInto && (await readMeasure(options.measureInto))),
  };
}

/** Kills the remaining processes of a group, as the runner does after a job. */
export function killLeftovers(pid: number): void {
  if (process.platform === 'win32' || pid === 0) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // No process was left.
  }
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Sends SIGINT when `stop` aborts, then SIGTERM, then SIGKILL, until the process exits. */
function sendStopSignals(send: StartedNode['send'], options: NodeProcessOptions) {
  const { stop, patience } = options;
  const exited = new AbortController();
  const wait = (ms: number) => setTimeout(ms, undefined, { signal: exited.signal });
  const sendSignals = async (): Promise<void> => {
    if (patience.afterInterrupt > 0) {
      send('SIGINT');
      await wait(patience.afterInterrupt);
    }
    if (patience.afterTerminate > 0) {
      send('SIGTERM');
      await wait(patience.afterTerminate);
    }
    send('SIGKILL');
  };
  const onStop = (): void => {
    sendSignals().catch(() => {
      // The process exited before the next signal.
    });
  };
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true, signal: exited.signal });
  return { cancel: () => exited.abort() };
}

/** Splits a stream of text into lines. */
export interface LineSplitter {
  push(text: string): void;
  /** Completes the last line, which may have no line end. */
  end(): void;
}

/**
 * Creates a splitter that ends lines at LF, CR LF **or a single CR**, like .NET's
 * `StreamReader.ReadLine`: a carriage return in untrusted text starts a new line, which may be a
 * workflow command.
 */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let rest = '';
  let afterReturn = false;
  return {
    push(text) {
      const fresh = afterReturn && text.startsWith('\n') ? text.slice(1) : text;
      if (text !== '') afterReturn = text.endsWith('\r');
      const lines = (rest + fresh).split(/\r\n|\r|\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    },
    end() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}

function collect(stream: Readable, onLine: (line: string) => void): () => string {
  let text = '';
  const lines = createLineSplitter(onLine);
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
    lines.push(chunk);
  });
  return () => {
    lines.end();
    return text;
  };
}

async function readMeasure(file: string) {
  try {
    const usage: unknown = JSON.parse(await readFile(file, 'utf8'));
    await rm(file);
    return isUsage(usage)
      ? {
          cpuMs: (usage.userCPUTime + usage.systemCPUTime) / 1_000,
          maxRssBytes: usage.maxRSS * 1_024,
        }
      : {};
  } catch {
    // A killed process does not write the file.
    return {};
  }
}

function isUsage(value: unknown): value is NodeJS.ResourceUsage {
  return typeof value === 'object' && value !== null && 'userCPUTime' in value;
}
