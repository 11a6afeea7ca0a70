import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type NetConnectOpts } from 'node:net';

/** A server that runs in the foreground, as a child of the test. */
export interface ServerProcess {
  /** Resolves when it has ended; may be called again. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a server and waits until it takes connections. Throws, with what it printed, when it ends
 * before that or 20 s have passed.
 */
export async function startServer(
  path: string,
  args: readonly string[],
  {
    ready,
    stopWith = 'SIGTERM',
    ...options
  }: Omit<SpawnOptions, 'signal'> & {
    /** Where it takes connections when it is ready, or what says so. */
    readonly ready: NetConnectOpts | (() => Promise<boolean>);
    /** What makes it end. */
    readonly stopWith?: NodeJS.Signals;
  },
): Promise<ServerProcess> {
  const child = spawn(path, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const take = (chunk: Buffer) => {
    printed = (printed + chunk).slice(-4_000);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(stopWith);
    await once(child, 'exit');
  };
  const isReady = typeof ready === 'function' ? ready : () => takesConnections(ready);
  if (await becomes(isReady, child)) return { stop };
  await stop();
  throw new Error(`${path} does not get ready:\n${printed}`);
}

/** Runs a program to its end. Throws, with what it printed, when it fails. */
export async function runToEnd(
  path: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<void> {
  const child = spawn(path, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const take = (chunk: Buffer) => {
    printed = (printed + chunk).slice(-4_000);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`${path} failed (${child.exitCode}):\n${printed}`);
}

async function becomes(isReady: () => Promise<boolean>, child: ChildProcess): Promise<boolean> {
  const end = Date.now() + 20_000;
  while (Date.now() < end && child.exitCode === null && child.pid !== undefined) {
    if (await isReady()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** Whether somebody listens there. */
export async function takesConnections(where: NetConnectOpts): Promise<boolean> {
  const socket = connect(where);
  const open = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  return open;
}
