import type { Stats } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import { type Entry, linkStaysInside } from './entry.ts';

/** What there is of the listed paths, folders before what is in them. */
export interface Tree {
  readonly entries: readonly Entry[];
  /** The listed paths that do not exist. */
  readonly absent: readonly string[];
}

/** Looks at everything below the listed paths. @throws ActionError for what cannot be kept */
export async function treeOf(base: string, listed: readonly string[]): Promise<Tree> {
  const entries: Entry[] = [];
  const absent: string[] = [];
  for (const path of listed) {
    await nearestFolder(base, path);
    const found = await statOf(join(base, path));
    if (found === undefined) absent.push(path);
    else await walk(base, path, found, entries);
  }
  return { entries, absent };
}

async function walk(base: string, path: string, found: Stats, into: Entry[]): Promise<void> {
  const whole = join(base, path);
  const { uid, gid } = found;
  const facts = {
    path,
    mode: found.mode & 0o7777,
    uid,
    gid,
    mtimeMs: Math.max(0, Math.floor(found.mtimeMs / 1_000) * 1_000),
  };
  if (found.isFile()) into.push({ ...facts, type: 'file', bytes: found.size });
  else if (found.isSymbolicLink()) {
    const to = await readlink(whole);
    if (!linkStaysInside(path, to)) {
      throw new ActionError(`${plain(whole)} is a link that leads out of ${base}`, {
        remedy: 'Name what it leads to in paths, or only what is beside it.',
      });
    }
    into.push({ ...facts, type: 'link', to });
  } else if (found.isDirectory()) {
    into.push({ ...facts, type: 'folder' });
    for (const name of (await readdir(whole)).sort()) {
      const inner = await statOf(join(whole, name));
      // It went in the meantime.
      if (inner !== undefined) await walk(base, `${path}/${name}`, inner, into);
    }
  } else {
    throw new ActionError(`${plain(whole)} is neither a file, a folder nor a link`, {
      remedy: 'Name only what is beside it in paths.',
    });
  }
}

/**
 * The last folder on the way to a path that is there. The way leads through real folders only: where
 * a link leads may change between a look and a change.
 *
 * @throws ActionError where something else is in the way
 */
export async function nearestFolder(base: string, path: string): Promise<string> {
  const found = await stat(base).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new ActionError(`there is no folder ${base}`, { remedy: 'Make it, or correct base.' });
  }
  let nearest = base;
  for (const step of path.split('/').slice(0, -1)) {
    const next = join(nearest, step);
    const inner = await statOf(next);
    if (inner === undefined) return nearest;
    if (!inner.isDirectory()) {
      throw new ActionError(`${plain(next)} is not a folder, but on the way to ${plain(path)}`, {
        remedy: 'Name the real folder in base or paths.',
      });
    }
    nearest = next;
  }
  return nearest;
}

/** `undefined` for what is not there. */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ActionError(`${plain(path)} cannot be looked at (${code})`, {
      remedy: 'Let the user of the runner read it.',
      cause: error,
    });
  }
}
