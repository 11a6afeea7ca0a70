import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** One process among all that there ever were on the machines that share a state folder. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes with each start of the machine; empty where the system does not tell. */
  readonly boot: string;
  readonly pid: number;
  /** When it started, in the system's own units; empty where the system does not tell. */
  readonly started: string;
}

export function thisProcess(): ProcessIdentity {
  return {
    host: hostname(),
    boot: textOf('/proc/sys/kernel/random/boot_id'),
    pid: process.pid,
    started: startOf(process.pid),
  };
}

/** Whether it surely runs no more; of another machine nobody can tell from here. */
export function hasEnded(one: ProcessIdentity, me: ProcessIdentity): boolean {
  if (one.host !== me.host) return false;
  if (one.boot !== me.boot) return true;
  if (!exists(one.pid)) return true;
  const started = startOf(one.pid);
  // Numbers of processes come round again.
  return started !== '' && started !== one.started;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // Killed, and not yet collected by its parent.
  return !/^\d+ \(.*\) Z/s.test(textOf(`/proc/${pid}/stat`));
}

/** The 22nd field of the process's status; its name, the second, may have spaces and brackets. */
function startOf(pid: number): string {
  const status = textOf(`/proc/${pid}/stat`);
  return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
