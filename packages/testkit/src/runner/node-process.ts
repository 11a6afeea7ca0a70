import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { createLineSplitter } from './line-splitter.ts';

/** How long the runner waits for a cancelled process after each signal, milliseconds; 0: not at all. */
export interface StopPatience {
  readonly afterInterrupt: number;
  readonly afterTerminate: number;
}

/** The runner's own: SIGINT, 7.5 s, SIGTERM, 2.5 s, kill. */
export const RUNNER_PATIENCE: StopPatience = { afterInterrupt: 7_500, afterTerminate: 2_500 };

// The runner waits so long for the pipes of a process that has ended but left children behind.
const DRAIN_MS = 5_000;

export interface NodeProcessOptions {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A line of stdout or stderr, as it arrives. */
  readonly onLine: (line: string) => void;
  /** When it aborts, the process is stopped as the runner stops it. */
  readonly stop: AbortSignal;
  readonly patience: StopPatience;
  /** A program, with its arguments, that starts this Node; it has to become it (`exec`). */
  readonly launcher?: readonly [string, ...string[]];
  /** A file that does not exist yet: what the process has used is measured through it. */
  readonly measureInto?: string;
}

export interface NodeProcessResult {
  readonly pid: number;
  /** 128 + the signal's number when a signal ended the process, as the runner sees it. */
  readonly exitCode: number;
  readonly signal?: NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
  /** User and system time; absent when not measured or when the process was killed. */
  readonly cpuMs?: number;
  readonly maxRssBytes?: number;
}

/** Runs a script with this Node, which must be a Node 24: the one that GitHub's runner has. */
export async function runNode(options: NodeProcessOptions): Promise<NodeProcessResult> {
  if (!process.version.startsWith('v24.')) {
    throw new Error(
      `Actions run on Node 24, this is ${process.version} (${process.execPath}). Start through pnpm, which puts node_modules/.bin first.`,
    );
  }
  const started = performance.now();
  const [program, ...args] = [
    ...(options.launcher ?? []),
    process.execPath,
    ...preload(options.measureInto),
    options.script,
  ];
  const child = spawn(program ?? process.execPath, args, {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own process group, so that what it leaves behind can be ended too.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const stdout = collect(child.stdout, options.onLine);
  const stderr = collect(child.stderr, options.onLine);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const stopSignals = sendStopSignals(child, options);
  const exit = await exited;
  const durationMs = performance.now() - started;
  stopSignals.cancel();
  await Promise.race([closed, setTimeout(DRAIN_MS, undefined, { ref: false })]);
  child.stdout.destroy();
  child.stderr.destroy();
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

/** Ends what a finished process has left running in its group, as the runner does after a job. */
export function endLeftovers(pid: number): void {
  if (process.platform === 'win32' || pid === 0) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** SIGINT when `stop` aborts, then SIGTERM, then SIGKILL, for as long as the process lives. */
function sendStopSignals(child: ChildProcess, options: NodeProcessOptions) {
  const { stop, patience } = options;
  const over = new AbortController();
  const wait = (ms: number) => setTimeout(ms, undefined, { signal: over.signal });
  const begin = async (): Promise<void> => {
    child.kill('SIGINT');
    // Even a timer of 0 ms leaves time enough to end in an orderly way.
    if (patience.afterInterrupt > 0) await wait(patience.afterInterrupt);
    child.kill('SIGTERM');
    if (patience.afterTerminate > 0) await wait(patience.afterTerminate);
    child.kill('SIGKILL');
  };
  const onStop = (): void => {
    begin().catch(() => {
      // The process ended before the next signal was due.
    });
  };
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true, signal: over.signal });
  return { cancel: () => over.abort() };
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

function preload(measureInto: string | undefined): readonly string[] {
  if (measureInto === undefined) return [];
  const module = new URL('./measure-preload.mjs', import.meta.url);
  module.searchParams.set('out', measureInto);
  return ['--import', module.href];
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
    // A killed process writes nothing.
    return {};
  }
}

function isUsage(value: unknown): value is NodeJS.ResourceUsage {
  return typeof value === 'object' && value !== null && 'userCPUTime' in value;
}
