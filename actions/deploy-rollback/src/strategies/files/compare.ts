import { createReadStream } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { plain } from '@repo/core/text/untrusted';
import { digest } from '../digest.ts';
import type { Unpacked } from './archive.ts';
import type { Entry } from './entry.ts';

/** In what the thing at its place differs from an entry of the archive, if it does. */
export async function differenceOf(
  base: string,
  { entry, body }: Unpacked,
): Promise<string | undefined> {
  const name = plain(entry.path, 100);
  const place = join(base, entry.path);
  const found = await lstat(place).catch(() => undefined);
  if (entry.type !== 'file') await body.cancel();
  if (found === undefined) return `${name} is missing`;
  if (typeOf(found) !== entry.type) return `${name} is no ${entry.type}`;
  if (entry.type === 'link') {
    return (await readlink(place)) === entry.to ? undefined : `${name} leads elsewhere`;
  }
  // What a system without such permissions makes of them, nobody can say.
  if (process.platform !== 'win32' && (found.mode & 0o7777) !== entry.mode) {
    return `${name} has the mode ${octal(found.mode)} instead of ${octal(entry.mode)}`;
  }
  if (entry.type === 'folder') return undefined;
  const [kept, now] = await Promise.all([digest(body), digest(createReadStream(place))]);
  return kept.sha256 === now.sha256 ? undefined : `${name} has other content`;
}

function typeOf(found: {
  readonly isFile: () => boolean;
  readonly isDirectory: () => boolean;
  readonly isSymbolicLink: () => boolean;
}): Entry['type'] | 'thing' {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  return found.isSymbolicLink() ? 'link' : 'thing';
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
