import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, type NetConnectOpts } from 'node:net';

/** A server process in the foreground. */
export interface ServerProcess {
  /** Stops the server; can be called again. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a server and waits until it accepts connections. Throws an error with its output if it exits
 * or is not ready within 20 s.
 */
export async function startServer(
  path: string,
  args: readonly string[],
  {
    ready,
    stopWith = 'SIGTERM',
    ...options
  }: Omit<SpawnOptions, 'signal'> & {
    /** The address of the server, or a check whether it is ready. */
    readonly ready: NetConnectOpts | (() => Promise<boolean>);
    /** The signal to stop the server. */
    readonly stopWith?: NodeJS.Signals;
  },
): Promise<ServerProcess> {
  const child = spawn(path, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collectOutput(child);
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(stopWith);
    await once(child, 'exit');
  };
  const isReady = typeof ready === 'function' ? ready : () => acceptsConnections(ready);
  if (await waitUntil(isReady, child)) return { stop };
  await stop();
  throw new Error(`${path} is not ready:\n${output()}`);
}

/** Stops a server and removes its folder on disposal. */
export function disposeWithFolder({ stop }: ServerProcess, folder: string): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Runs a program until it exits. Throws an error with its output if it fails. */
export async function runToEnd(
  path: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<void> {
  const child = spawn(path, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collectOutput(child);
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`${path} failed (${child.exitCode}):\n${output()}`);
}

/** Returns a function that returns the end of the output so far. */
function collectOutput({ stdout, stderr }: ChildProcess): () => string {
  let output = '';
  const append = (chunk: Buffer) => {
    output = (output + chunk).slice(-4_000);
  };
  stdout?.on('data', append);
  stderr?.on('data', append);
  return () => output;
}

async function waitUntil(isReady: () => Promise<boolean>, child: ChildProcess): Promise<boolean> {
  const end = Date.now() + 20_000;
  while (Date.now() < end && child.exitCode === null && child.pid !== undefined) {
    if (await isReady()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** Whether a server accepts connections at this address. */
export async function acceptsConnections(where: NetConnectOpts): Promise<boolean> {
  const socket = connect(where);
  const open = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  return open;
}
