import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** With growing pauses of 130 ms: 2 s in total. */
const RETRIES = process.platform === 'win32' ? 5 : 0;

/**
 * Removes a file or folder with its content, including folders without write permission. Ignores a
 * missing path. Does not follow links. Windows cannot remove an open file, so it is tried again there.
 */
export async function removeTree(path: string): Promise<void> {
  // Done in advance, because `rm` continues in the background after its first error.
  if (process.getuid?.() !== 0 && (await isFolder(path))) await openFolders(path);
  await rm(path, { recursive: true, force: true, maxRetries: RETRIES, retryDelay: 130 });
}

/** Adds write permission: without it, the entries of a folder cannot be removed. */
async function openFolders(path: string): Promise<void> {
  // A folder of another user may still be removable. If it is not, `rm` reports it.
  await chmod(path, 0o700).catch(() => {});
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await openFolders(join(path, entry.name));
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isDirectory() ?? false;
}
