import type { Stats } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import { type FileEntry, linkStaysInside, supportsLinks } from './file-entry.ts';

/** The files, folders and links below the listed paths; a folder precedes its content. */
export interface EntryList {
  readonly entries: readonly FileEntry[];
  /** The listed paths that do not exist. */
  readonly absent: readonly string[];
}

/** Lists everything below the paths. @throws ActionError for an entry that cannot be saved */
export async function listEntries(base: string, listed: readonly string[]): Promise<EntryList> {
  const entries: FileEntry[] = [];
  const absent: string[] = [];
  for (const path of listed) {
    await findExistingFolder(base, path);
    const found = await lstatIfExists(join(base, path));
    if (found === undefined) absent.push(path);
    else await walk(base, path, found, entries);
  }
  return { entries, absent };
}

async function walk(base: string, path: string, found: Stats, into: FileEntry[]): Promise<void> {
  const absolute = join(base, path);
  const { uid, gid } = found;
  const common = {
    path,
    mode: found.mode & 0o7777,
    uid,
    gid,
    mtimeMs: Math.max(0, Math.floor(found.mtimeMs / 1_000) * 1_000),
  };
  if (found.isFile()) into.push({ ...common, type: 'file', bytes: found.size });
  else if (found.isSymbolicLink()) {
    if (!supportsLinks()) throw createUnsupportedLink(absolute);
    const to = await readlink(absolute);
    if (!linkStaysInside(path, to)) {
      throw new ActionError(`${plain(absolute)} is a link to the outside of ${base}`, {
        remedy: 'List the target of the link in paths, or list only the other files of the folder.',
      });
    }
    into.push({ ...common, type: 'link', to });
  } else if (found.isDirectory()) {
    into.push({ ...common, type: 'folder' });
    for (const name of (await readdir(absolute)).sort()) {
      const inner = await lstatIfExists(join(absolute, name));
      // It was removed after readdir.
      if (inner !== undefined) await walk(base, `${path}/${name}`, inner, into);
    }
  } else {
    throw new ActionError(`${plain(absolute)} is neither a file, a folder nor a link`, {
      remedy: 'List only the other files of the folder in paths.',
    });
  }
}

function createUnsupportedLink(path: string): ActionError {
  return new ActionError(
    `${plain(path)} is a link or a junction, which files cannot restore on Windows`,
    {
      remedy:
        'List only the other files of the folder in paths. For a link to the current release, use symlink.',
    },
  );
}

/**
 * Finds the deepest existing parent folder of a path. Links are not followed, because their target may
 * change later.
 *
 * @throws ActionError if a parent is not a folder
 */
export async function findExistingFolder(base: string, path: string): Promise<string> {
  const found = await stat(base).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new ActionError(`the folder ${base} does not exist`, {
      remedy: 'Create it, or correct base.',
    });
  }
  let folder = base;
  for (const step of path.split('/').slice(0, -1)) {
    const next = join(folder, step);
    const inner = await lstatIfExists(next);
    if (inner === undefined) return folder;
    if (!inner.isDirectory()) {
      throw new ActionError(`${plain(next)} is a parent of ${plain(path)}, but is not a folder`, {
        remedy: 'Use the path of the real folder in base or paths.',
      });
    }
    folder = next;
  }
  return folder;
}

/** `undefined` if the path does not exist. */
export async function lstatIfExists(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ActionError(`${plain(path)} cannot be read (${code})`, {
      remedy: 'Grant read access to the user of the runner.',
      cause: error,
    });
  }
}
