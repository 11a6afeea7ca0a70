import { open } from 'node:fs/promises';

/** Flushes the entries of a folder to disk. Windows cannot open folders, and flushes them itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using folder = await open(path, 'r');
  await folder.sync();
}
