import { createReadStream } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { plain } from '@repo/core/text/untrusted';
import { digest } from '../digest.ts';
import type { ArchiveEntry } from './archive.ts';
import type { FileEntry } from './file-entry.ts';

/** Describes how a file, folder or link differs from an entry of the archive; `undefined` if equal. */
export async function findDifference(
  base: string,
  { entry, body }: ArchiveEntry,
): Promise<string | undefined> {
  const name = plain(entry.path, 100);
  const path = join(base, entry.path);
  const found = await lstat(path).catch(() => undefined);
  if (entry.type !== 'file') await body.cancel();
  if (found === undefined) return `${name} is missing`;
  if (getType(found) !== entry.type) return `${name} is not a ${entry.type}`;
  if (entry.type === 'link') {
    return (await readlink(path)) === entry.to ? undefined : `${name} has another target`;
  }
  // Windows does not have these permissions.
  if (process.platform !== 'win32' && (found.mode & 0o7777) !== entry.mode) {
    return `${name} has the mode ${formatMode(found.mode)} instead of ${formatMode(entry.mode)}`;
  }
  if (entry.type === 'folder') return undefined;
  const [expected, current] = await Promise.all([digest(body), digest(createReadStream(path))]);
  return expected.sha256 === current.sha256 ? undefined : `${name} has different content`;
}

function getType(found: {
  readonly isFile: () => boolean;
  readonly isDirectory: () => boolean;
  readonly isSymbolicLink: () => boolean;
}): FileEntry['type'] | 'other' {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  return found.isSymbolicLink() ? 'link' : 'other';
}

function formatMode(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
