import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { windowsCommand, windowsDrive, windowsLane } from './windows-lane.ts';

const POLL_MS = 10;

/** A script for the Node of an action. */
export interface NodeCommand {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A command that starts Node with `exec`. */
  readonly launcher?: readonly [string, ...string[]];
  /** A new file for the resource usage of the process. Not in the Windows lane. */
  readonly measureInto?: string;
}

/** A started Node process and its output. */
export interface StartedNode {
  readonly child: ChildProcess;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Sends a signal as the runner does. */
  readonly send: (signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL') => void;
}

/** Starts a script with the Node of the tests, or with the Windows Node of the lane. */
export async function startNode(options: NodeCommand): Promise<StartedNode> {
  const lane = windowsLane();
  return lane === undefined ? startHere(options) : startOnWindows(lane, options);
}

function startHere(options: NodeCommand): StartedNode {
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
    // A separate process group, so that remaining child processes can be killed.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const send: StartedNode['send'] = (signal) => void child.kill(signal);
  return { child, stdout: child.stdout, stderr: child.stderr, send };
}

function startOnWindows(lane: string, options: NodeCommand): StartedNode {
  if (options.launcher !== undefined) {
    throw new Error('A launcher cannot start the Node of the Windows lane.');
  }
  // Wine cannot write to a pipe of this system, only to files.
  const folder = mkdtempSync(join(windowsDrive(lane), 'output-'));
  const stopFile = join(folder, 'stop');
  const { argv, env } = windowsCommand(lane, { ...options, stopFile });
  const [program = '', ...args] = argv;
  const paths = [join(folder, 'stdout'), join(folder, 'stderr')] as const;
  const [stdout, stderr] = [openSync(paths[0], 'w'), openSync(paths[1], 'w')];
  const child = spawn(program, args, {
    env,
    stdio: ['ignore', stdout, stderr],
    detached: true,
  });
  closeSync(stdout);
  closeSync(stderr);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const send: StartedNode['send'] = (signal) => {
    if (signal === 'SIGINT') writeFileSync(stopFile, '');
    // The group, because the child is the launcher that sends CTRL_C. Wine has no CTRL_BREAK.
    if (signal === 'SIGKILL' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  const [out, err] = [tailFile(paths[0], hasEnded), tailFile(paths[1], hasEnded)];
  return { child, stdout: out, stderr: err, send };
}

function preload(measureInto: string | undefined): readonly string[] {
  if (measureInto === undefined) return [];
  const module = new URL('./measure-preload.mjs', import.meta.url);
  module.searchParams.set('out', measureInto);
  return ['--import', module.href];
}

/** Reads a file while it is being written, until its end after `isComplete` returns true. */
function tailFile(path: string, isComplete: () => boolean): Readable {
  return Readable.from(readChunks(path, isComplete), { objectMode: false });
}

async function* readChunks(path: string, isComplete: () => boolean): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    for (;;) {
      const wasComplete = isComplete();
      const { bytesRead, buffer } = await file.read(Buffer.alloc(65_536));
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else if (wasComplete) return;
      else await setTimeout(POLL_MS);
    }
  } finally {
    await file.close();
  }
}
