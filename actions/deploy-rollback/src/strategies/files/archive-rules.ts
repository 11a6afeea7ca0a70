import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import type { TarHeader } from 'modern-tar';
import { type Entry, isInnerPath, isWithin, linkStaysInside } from './entry.ts';

/** Most entries of an archive. */
const MOST_ENTRIES = 1_000_000;

export function badArchive(problem: string, cause?: unknown): ActionError {
  return new ActionError(`the archive ${problem}`, {
    remedy: 'It is not what was kept: another snapshot has to serve.',
    cause,
  });
}

/**
 * What entries may be, one after the other, so that nothing can be written but below the listed
 * paths: no way up, no absolute name, no device, no link out, nothing below what is no folder,
 * nothing twice. Throws an ActionError for any other.
 */
export function entryRules(listed: readonly string[]): (header: TarHeader) => Entry {
  const types = new Map<string, Entry['type']>();
  return (header) => {
    const path = header.type === 'directory' ? header.name.replace(/\/$/, '') : header.name;
    const name = plain(path, 100);
    if (!isInnerPath(path)) throw badArchive(`has an entry that leads out: ${name}`);
    const top = listed.find((one) => isWithin(path, one));
    if (top === undefined) throw badArchive(`has an entry that is not listed: ${name}`);
    if (types.has(path)) throw badArchive(`has an entry twice: ${name}`);
    const owner = path.slice(0, path.lastIndexOf('/'));
    if (path !== top && types.get(owner) !== 'folder') {
      throw badArchive(`has an entry below what is no folder: ${name}`);
    }
    if (types.size >= MOST_ENTRIES) throw badArchive(`has more than ${MOST_ENTRIES} entries`);
    const entry = entryOf(header, path, name);
    types.set(path, entry.type);
    return entry;
  };
}

function entryOf(header: TarHeader, path: string, name: string): Entry {
  const { mode = 0o600, uid = 0, gid = 0, mtime, size, linkname: to = '' } = header;
  const mtimeMs = mtime?.getTime() ?? 0;
  const facts = { path, mode: mode & 0o7777, uid, gid, mtimeMs };
  if (![uid, gid, size].every((value) => Number.isSafeInteger(value) && value >= 0)) {
    throw badArchive(`has an entry with impossible numbers: ${name}`);
  }
  if (!Number.isFinite(mtimeMs)) throw badArchive(`has an entry of no time: ${name}`);
  switch (header.type) {
    case 'file':
      return { ...facts, type: 'file', bytes: size };
    case 'directory':
      return { ...facts, type: 'folder' };
    case 'symlink':
      if (!linkStaysInside(path, to)) throw badArchive(`has a link that leads out: ${name}`);
      return { ...facts, type: 'link', to };
    default:
      throw badArchive(`has an entry that is a ${header.type}: ${name}`);
  }
}
