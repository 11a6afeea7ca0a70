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
}

export function thisProcess(): ProcessIdentity {
  return {
    host: hostname(),
    boot: readText('/proc/sys/kernel/random/boot_id'),
    pid: process.pid,
    started: readStartTime(process.pid),
  };
}

/** Whether a process has certainly ended. A process on another machine counts as running. */
export function hasEnded(one: ProcessIdentity, me: ProcessIdentity): boolean {
  if (one.host !== me.host) return false;
  if (one.boot !== me.boot) return true;
  if (!exists(one.pid)) return true;
  const started = readStartTime(one.pid);
  // The system reuses process ids.
  return started !== '' && started !== one.started;
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
