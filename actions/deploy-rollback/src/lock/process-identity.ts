import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Identifies a process on all machines that share a state folder. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes with each boot of the machine; empty if the system does not provide it. */
  readonly boot: string;
  readonly pid: number;
  /** The start time in units of the system; empty if the system does not provide it. */
  readonly started: string;
  /** The path of a pipe that the process listens on, see {@link openPipe}; empty without one. */
  readonly pipe: string;
}

export function thisProcess(platform: NodeJS.Platform = process.platform): ProcessIdentity {
  return {
    host: hostname(),
    boot: readText('/proc/sys/kernel/random/boot_id'),
    pid: process.pid,
    started: readStartTime(process.pid),
    pipe: platform === 'win32' ? `${PIPE_PREFIX}${randomUUID()}` : '',
  };
}

const PIPE_PREFIX = '\\\\.\\pipe\\deploy-rollback-';

/** Whether a path that was read from a file is the pipe of a process. */
export function isPipe(path: string): boolean {
  return path.startsWith(PIPE_PREFIX) && /^[0-9a-f-]{36}$/.test(path.slice(PIPE_PREFIX.length));
}

/**
 * Listens on the pipe of this process until it ends. Windows removes the pipe then, also after a crash.
 * Windows tells Node neither the boot nor the start time of a process, and reuses process ids.
 */
export async function openPipe({ pipe }: Pick<ProcessIdentity, 'pipe'>): Promise<void> {
  if (pipe === '') return;
  const { createServer } = await import('node:net');
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(pipe, resolve);
  });
  server.unref();
}

/** Whether a process has certainly ended. A process on another machine counts as running. */
export async function hasEnded(one: ProcessIdentity, me: ProcessIdentity): Promise<boolean> {
  if (one.host !== me.host) return false;
  if (one.boot !== me.boot) return true;
  if (!exists(one.pid)) return true;
  if (one.pipe !== '') return !(await hasListener(one.pipe));
  const started = readStartTime(one.pid);
  // The system reuses process ids.
  return started !== '' && started !== one.started;
}

async function hasListener(pipe: string): Promise<boolean> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(pipe);
    const end = (isRunning: boolean) => {
      socket.destroy();
      resolve(isRunning);
    };
    socket.once('connect', () => end(true));
    // Any other error may be a busy pipe, or one of another user.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      end(code !== 'ENOENT' && code !== 'ECONNREFUSED');
    });
  });
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // A zombie: killed, and not yet reaped by its parent.
  return !/^\d+ \(.*\) Z/s.test(readText(`/proc/${pid}/stat`));
}

/** The 22nd field of the status. The name, the second field, may contain spaces and brackets. */
function readStartTime(pid: number): string {
  const status = readText(`/proc/${pid}/stat`);
  return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
