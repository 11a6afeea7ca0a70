import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes something with all that is in it, below folders that their owner may not write to as well;
 * what is not there is fine. Links are not followed.
 */
export async function removeTree(path: string): Promise<void> {
  // Before, not once it failed: `rm` goes on in the background after its first error.
  if (process.getuid?.() !== 0 && (await isFolder(path))) await openFolders(path);
  await rm(path, { recursive: true, force: true });
}

/** From a folder that its owner may not write to, nothing can be removed. */
async function openFolders(path: string): Promise<void> {
  // Somebody else's folder may be removable all the same; if it is not, `rm` says so.
  await chmod(path, 0o700).catch(() => {});
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await openFolders(join(path, entry.name));
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isDirectory() ?? false;
}
