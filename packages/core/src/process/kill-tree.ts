import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** How long taskkill may run, ms. */
const TASKKILL_MS = 5_000;

/**
 * Kills a process together with its descendants. On POSIX systems, it must be the leader of its process
 * group. Never rejects: a process that has exited is ignored.
 */
export async function killTree(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  // Before the process itself: Windows finds descendants by the number of their living parent.
  if (process.platform === 'win32') await killDescendants(pid);
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has exited.
  }
}

/**
 * Windows has no process groups. A descendant whose parent has exited is not found, and keeps running.
 */
function killDescendants(pid: number): Promise<void> {
  // Not from the PATH, where a file of the user may have this name.
  const taskkill = join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'taskkill.exe');
  const options = { windowsHide: true, timeout: TASKKILL_MS };
  return new Promise((resolve) => {
    execFile(taskkill, ['/T', '/F', '/PID', `${pid}`], options, () => resolve());
  });
}
