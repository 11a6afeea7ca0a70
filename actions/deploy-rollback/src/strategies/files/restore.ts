import { createHash } from 'node:crypto';
import { chmod, lchown, mkdir, open, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeTree } from '@repo/core/files/remove-tree';
import { renameWithRetries } from '@repo/core/files/rename-with-retries';
import { slots } from '@repo/core/process/slots';
import { plain } from '@repo/core/text/untrusted';
import { syncFolder } from '../sync-folder.ts';
import { type ArchiveChecksum, type ArchiveEntry, readArchive } from './archive.ts';
import { badArchive } from './archive-rules.ts';
import { type FileEntry, isWithin } from './file-entry.ts';
import { findExistingFolder, lstatIfExists } from './list-entries.ts';
import { moveIntoPlace, type RestorePaths } from './move-into-place.ts';

/** Files that are flushed to disk at the same time. */
const MAX_OPEN_FILES = 16;

export interface Restoration {
  readonly archive: string;
  readonly checksum: ArchiveChecksum;
  readonly base: string;
  /** The listed paths that existed at the time of the snapshot. */
  readonly present: readonly string[];
  /** The listed paths that did not exist. */
  readonly absent: readonly string[];
}

/**
 * Restores the listed paths. The archive is unpacked next to them, and moved into place after it has
 * been verified. A second run, also after a kill, has the same result.
 *
 * @param onBytes called with the size of each written chunk
 */
export async function restore(
  { archive, checksum, base, present, absent }: Restoration,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const restored = new Map(present.map((path) => [path, getRestorePaths(base, path)]));
  for (const path of [...present, ...absent]) {
    await findExistingFolder(base, path);
    await cleanUp(getRestorePaths(base, path));
  }
  for (const { finalPath } of restored.values()) {
    await mkdir(dirname(finalPath), { recursive: true });
  }

  try {
    await unpackAll(archive, checksum, restored, signal, onBytes);
    for (const paths of restored.values()) await moveIntoPlace(paths);
  } catch (error) {
    // The first error is the cause.
    for (const paths of restored.values()) await cleanUp(paths).catch(() => {});
    throw error;
  }
  for (const path of absent) await removeTree(join(base, path));
}

/** Unpacks everything to the new paths. @throws ActionError if a listed path is missing */
async function unpackAll(
  archive: string,
  checksum: ArchiveChecksum,
  restored: ReadonlyMap<string, RestorePaths>,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const folders: { readonly path: string; readonly entry: FileEntry }[] = [];
  const files: { readonly path: string; readonly entry: FileEntry }[] = [];
  for await (const unpacked of readArchive(archive, checksum, [...restored.keys()])) {
    signal.throwIfAborted();
    const { entry } = unpacked;
    const [listed, paths] = [...restored].find(([path]) => isWithin(entry.path, path)) ?? [];
    if (listed === undefined || paths === undefined) throw new Error(`${entry.path} is not listed`);
    const path = paths.newPath + entry.path.slice(listed.length);
    await unpack(path, unpacked, onBytes);
    if (entry.type === 'folder') folders.push({ path, entry });
    if (entry.type === 'file') files.push({ path, entry });
  }
  // In parallel, because each flush waits for the disk.
  const { take } = slots(MAX_OPEN_FILES);
  await Promise.all(files.map(({ path, entry }) => take(() => finishFile(path, entry))));
  // Last, and inner folders first: a read-only folder cannot be written to any more.
  for (const { path, entry } of folders.reverse()) await finishFolder(path, entry);

  for (const { finalPath, newPath } of restored.values()) {
    if ((await lstatIfExists(newPath)) !== undefined) continue;
    throw badArchive(`does not contain ${plain(finalPath)}`);
  }
}

/** On the same file system, for renames. The names are the same after a kill. */
function getRestorePaths(base: string, path: string): RestorePaths {
  const finalPath = join(base, path);
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 12);
  const prefix = join(dirname(finalPath), `.deploy-rollback-${hash}`);
  return { finalPath, newPath: `${prefix}.new`, oldPath: `${prefix}.old` };
}

/** Removes what a killed run left behind. The previous content is kept if the new one is missing. */
async function cleanUp({ finalPath, newPath, oldPath }: RestorePaths): Promise<void> {
  await removeTree(newPath);
  if ((await lstatIfExists(oldPath)) === undefined) return;
  if ((await lstatIfExists(finalPath)) === undefined) await renameWithRetries(oldPath, finalPath);
  else await removeTree(oldPath);
}

async function unpack(
  path: string,
  { entry, body }: ArchiveEntry,
  onBytes: (bytes: number) => void,
): Promise<void> {
  if (entry.type === 'folder') {
    await mkdir(path, { mode: 0o700 });
  } else if (entry.type === 'link') {
    await symlink(entry.to, path);
    if (isRoot()) await lchown(path, entry.uid, entry.gid);
  } else {
    // `wx` never overwrites a file and never follows a link.
    await using file = await open(path, 'wx', 0o600);
    for await (const chunk of body) {
      await file.writeFile(chunk);
      onBytes(chunk.length);
    }
    if (isRoot()) await file.chown(entry.uid, entry.gid);
    await file.utimes(entry.mtimeMs / 1_000, entry.mtimeMs / 1_000);
    return;
  }
  await body.cancel();
}

/** The mode is set last, because a file without read permission cannot be opened. */
async function finishFile(path: string, { mode }: FileEntry): Promise<void> {
  // Windows does not flush a file that is open only for reading.
  await using file = await open(path, 'r+');
  await file.sync();
  await file.chmod(mode);
}

async function finishFolder(path: string, { uid, gid, mode, mtimeMs }: FileEntry): Promise<void> {
  await syncFolder(path);
  if (isRoot()) await lchown(path, uid, gid);
  await utimes(path, mtimeMs / 1_000, mtimeMs / 1_000);
  await chmod(path, mode);
}

/** Only root can change the owner of a file. */
function isRoot(): boolean {
  return process.getuid?.() === 0;
}
