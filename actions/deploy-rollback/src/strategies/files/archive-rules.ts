import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import type { TarHeader } from 'modern-tar';
import {
  type FileEntry,
  isInnerPath,
  isWithin,
  linkStaysInside,
  supportsLinks,
} from './file-entry.ts';

const MAX_ENTRIES = 1_000_000;

export function badArchive(problem: string, cause?: unknown): ActionError {
  return new ActionError(`the archive ${problem}`, {
    remedy: 'Use another snapshot.',
    cause,
  });
}

/**
 * Creates a validator of the entries of an archive, in their order. It accepts only entries that are
 * written below the listed paths, and throws an ActionError for `..`, absolute paths, devices, links
 * to the outside, entries below a file, and duplicates.
 */
export function createEntryValidator(listed: readonly string[]): (header: TarHeader) => FileEntry {
  const types = new Map<string, FileEntry['type']>();
  return (header) => {
    const path = header.type === 'directory' ? header.name.replace(/\/$/, '') : header.name;
    const name = plain(path, 100);
    if (!isInnerPath(path)) throw badArchive(`has an entry outside of the base folder: ${name}`);
    const listedPath = listed.find((one) => isWithin(path, one));
    if (listedPath === undefined) throw badArchive(`has an entry that is not listed: ${name}`);
    if (types.has(path)) throw badArchive(`has a duplicate entry: ${name}`);
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (path !== listedPath && types.get(parent) !== 'folder') {
      throw badArchive(`has an entry below a path that is not a folder: ${name}`);
    }
    if (types.size >= MAX_ENTRIES) throw badArchive(`has more than ${MAX_ENTRIES} entries`);
    const entry = toEntry(header, path, name);
    types.set(path, entry.type);
    return entry;
  };
}

function toEntry(header: TarHeader, path: string, name: string): FileEntry {
  const { mode = 0o600, uid = 0, gid = 0, mtime, size, linkname: to = '' } = header;
  const mtimeMs = mtime?.getTime() ?? 0;
  const common = { path, mode: mode & 0o7777, uid, gid, mtimeMs };
  if (![uid, gid, size].every((value) => Number.isSafeInteger(value) && value >= 0)) {
    throw badArchive(`has an entry with an invalid size or owner: ${name}`);
  }
  if (!Number.isFinite(mtimeMs)) throw badArchive(`has an entry with an invalid time: ${name}`);
  switch (header.type) {
    case 'file':
      return { ...common, type: 'file', bytes: size };
    case 'directory':
      return { ...common, type: 'folder' };
    case 'symlink':
      if (!supportsLinks()) throw badArchive(`has a link, which Windows cannot restore: ${name}`);
      if (!linkStaysInside(path, to)) throw badArchive(`has a link to the outside: ${name}`);
      return { ...common, type: 'link', to };
    default:
      throw badArchive(`has an entry of the type ${header.type}: ${name}`);
  }
}
