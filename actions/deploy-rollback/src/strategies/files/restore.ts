import { createHash } from 'node:crypto';
import { chmod, lchown, mkdir, open, rename, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeTree } from '@repo/core/files/remove-tree';
import { slots } from '@repo/core/process/slots';
import { plain } from '@repo/core/text/untrusted';
import { readArchive, type Seal, type Unpacked } from './archive.ts';
import { badArchive } from './archive-rules.ts';
import { type Entry, isWithin } from './entry.ts';
import { nearestFolder, statOf } from './tree.ts';

/** Files that are written to the disk at a time. */
const MOST_SYNCED = 16;

/** What is brought back to which folder. */
export interface Restoration {
  readonly archive: string;
  readonly seal: Seal;
  readonly base: string;
  /** The listed paths that there were, and those that there were not. */
  readonly present: readonly string[];
  readonly absent: readonly string[];
}

/**
 * Brings the listed paths back: everything is unpacked beside its place first, and moved into it
 * once the archive has proven to be whole. Carried out again after a kill, it ends in the same state.
 *
 * @param tell is told of each piece that was written, bytes
 */
export async function restore(
  { archive, seal, base, present, absent }: Restoration,
  signal: AbortSignal,
  tell: (bytes: number) => void,
): Promise<void> {
  const places = new Map(present.map((path) => [path, placeOf(base, path)]));
  for (const path of [...present, ...absent]) {
    await nearestFolder(base, path);
    await clearAway(placeOf(base, path));
  }
  for (const { place } of places.values()) await mkdir(dirname(place), { recursive: true });

  try {
    await unpackAll(archive, seal, places, signal, tell);
  } catch (error) {
    for (const { draft } of places.values()) await removeTree(draft);
    throw error;
  }

  for (const { place, draft, old } of places.values()) {
    const [now, restored] = [await statOf(place), await statOf(draft)];
    // A file takes the place of a file at once; a folder, or that of a folder, in two steps.
    if (now?.isDirectory() || (now && restored?.isDirectory())) await rename(place, old);
    await rename(draft, place);
    await syncFolder(dirname(place));
    await removeTree(old);
  }
  for (const path of absent) await removeTree(join(base, path));
}

/** Unpacks everything beside its place, and proves that there is something for each place. */
async function unpackAll(
  archive: string,
  seal: Seal,
  places: ReadonlyMap<string, Place>,
  signal: AbortSignal,
  tell: (bytes: number) => void,
): Promise<void> {
  const folders: { readonly path: string; readonly entry: Entry }[] = [];
  const files: { readonly path: string; readonly entry: Entry }[] = [];
  for await (const unpacked of readArchive(archive, seal, [...places.keys()])) {
    signal.throwIfAborted();
    const { entry } = unpacked;
    const [top, place] = [...places].find(([path]) => isWithin(entry.path, path)) ?? [];
    if (top === undefined || place === undefined) throw new Error(`${entry.path} is not listed`);
    const path = place.draft + entry.path.slice(top.length);
    await unpack(path, unpacked, tell);
    if (entry.type === 'folder') folders.push({ path, entry });
    if (entry.type === 'file') files.push({ path, entry });
  }
  // All at last and side by side: one after the other, each would wait for the disk.
  const { take } = slots(MOST_SYNCED);
  await Promise.all(files.map(({ path, entry }) => take(() => finish(path, entry))));
  // Last and inside out: a folder that may not be written to takes nothing any more.
  for (const { path, entry } of folders.reverse()) await dress(path, entry);

  for (const { place, draft } of places.values()) {
    if ((await statOf(draft)) !== undefined) continue;
    throw badArchive(`has nothing for ${plain(place)}`);
  }
}

interface Place {
  readonly place: string;
  /** What will be there, until it is whole. */
  readonly draft: string;
  /** What was there, until the new is in its place. */
  readonly old: string;
}

/** On the same file system, so that it can be moved; the same names after a kill. */
function placeOf(base: string, path: string): Place {
  const place = join(base, path);
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 12);
  const beside = join(dirname(place), `.deploy-rollback-${hash}`);
  return { place, draft: `${beside}.new`, old: `${beside}.old` };
}

/** What a kill has left goes, unless it is all that there is. */
async function clearAway({ place, draft, old }: Place): Promise<void> {
  await removeTree(draft);
  if ((await statOf(old)) === undefined) return;
  if ((await statOf(place)) === undefined) await rename(old, place);
  else await removeTree(old);
}

async function unpack(
  path: string,
  { entry, body }: Unpacked,
  tell: (bytes: number) => void,
): Promise<void> {
  if (entry.type === 'folder') {
    await mkdir(path, { mode: 0o700 });
  } else if (entry.type === 'link') {
    await symlink(entry.to, path);
    if (isRoot()) await lchown(path, entry.uid, entry.gid);
  } else {
    // Never what is there already, nor through a link.
    await using file = await open(path, 'wx', 0o600);
    for await (const chunk of body) {
      await file.writeFile(chunk);
      tell(chunk.length);
    }
    if (isRoot()) await file.chown(entry.uid, entry.gid);
    await file.utimes(entry.mtimeMs / 1_000, entry.mtimeMs / 1_000);
    return;
  }
  await body.cancel();
}

/** A file that nobody may read cannot be opened any more: its mode comes last. */
async function finish(path: string, { mode }: Entry): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
  await file.chmod(mode);
}

async function dress(path: string, { uid, gid, mode, mtimeMs }: Entry): Promise<void> {
  await syncFolder(path);
  if (isRoot()) await lchown(path, uid, gid);
  await utimes(path, mtimeMs / 1_000, mtimeMs / 1_000);
  await chmod(path, mode);
}

/** Only root may give a file to somebody else. */
function isRoot(): boolean {
  return process.getuid?.() === 0;
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no handles of folders.
  if (process.platform === 'win32') return;
  await using folder = await open(path, 'r');
  await folder.sync();
}
