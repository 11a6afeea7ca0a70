import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { formatSize } from '@repo/core/inputs/size';
import { pluralize } from '@repo/core/text/pluralize';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { requireDiskSpace } from '../disk-space.ts';
import { createByteCounter } from '../heartbeat.ts';
import { readSnapshotPart, runPreflight } from '../snapshot-part.ts';
import type { Identity, Part, Ports, Preflight, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { readArchive, writeArchive } from './archive.ts';
import { badArchive } from './archive-rules.ts';
import { findDifference } from './compare.ts';
import { type FileEntry, isInnerPath, isWithin } from './file-entry.ts';
import { findExistingFolder, listEntries, lstatIfExists } from './list-entries.ts';
import { requireNotInUse } from './move-into-place.ts';
import { type Restoration, restore } from './restore.ts';

const ARCHIVE = 'files.tar';

const innerPath = v.pipe(
  v.string(),
  v.transform((path) => path.replace(/^\.\//, '').replace(/\/$/, '')),
  v.check(
    isInnerPath,
    'is not a path below the base folder\nUse a relative path such as config/app.toml.',
  ),
);

const options = v.strictObject(
  {
    paths: v.pipe(
      v.array(innerPath),
      v.minLength(1, 'is empty\nList at least one path: [.env, config].'),
      v.checkItems(
        (path, index, all) => !all.some((one, at) => at !== index && isWithin(path, one)),
        'is within another path of the list\nRemove it.',
      ),
    ),
    base: v.optional(v.pipe(v.string(), v.nonEmpty('is empty\nSet a folder.')), '.'),
  },
  'files supports paths and base.',
);

type Options = v.InferOutput<typeof options>;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const partSchema = v.object({
  format: v.literal('files/v1'),
  bytes: count,
  sha256: v.string(),
  /** The listed paths that existed. */
  present: v.array(v.string()),
});

/** Files and folders, saved in an archive. */
export const files = strategyModule<Options>({
  name: 'files',
  options,
  create: ({ paths, base }): Strategy => ({
    name: 'files',
    title: `files ${paths.join(', ')}${base === '.' ? '' : ` in ${base}`}`,
    capture: (folder, ports) => capture(paths, resolve(ports.workspace, base), folder, ports),
    preflight: (target, ports) => preflight(paths, resolve(ports.workspace, base), target),
    apply: async (target, ports) => {
      const restoration = toRestoration(paths, resolve(ports.workspace, base), target);
      const onBytes = createByteCounter('Restored', restoration.checksum.bytes, ports);
      await restore(restoration, ports.signal, onBytes);
      return { done: `restored ${describePaths(restoration)} from ${formatTime(target)}` };
    },
    identify: (target, ports) => identify(paths, resolve(ports.workspace, base), target),
  }),
});

async function capture(
  paths: readonly string[],
  base: string,
  folder: string,
  ports: Ports,
): Promise<Part> {
  await requireOutside(paths, base, folder);
  const { entries, absent } = await listEntries(base, paths);
  const bytes = sumBytes(entries);
  await requireDiskSpace([{ folder, bytes, files: 1 }]);
  const onBytes = createByteCounter('Saved', bytes, ports);
  const checksum = await writeArchive(join(folder, ARCHIVE), base, entries, onBytes);
  return {
    format: 'files/v1',
    ...checksum,
    present: paths.filter((path) => !absent.includes(path)),
  };
}

/** A rollback would remove snapshots below a listed path. @throws ActionError */
async function requireOutside(
  paths: readonly string[],
  base: string,
  snapshot: string,
): Promise<void> {
  const snapshotPath = await realpath(snapshot);
  for (const path of paths) {
    const listed = join(base, path);
    const parent = await realpath(dirname(listed)).catch(() => dirname(listed));
    const inner = relative(join(parent, basename(listed)), snapshotPath);
    if (inner === '..' || inner.startsWith(`..${sep}`) || isAbsolute(inner)) continue;
    throw new ActionError(`state-dir is within ${plain(path)}, which a rollback replaces`, {
      remedy: 'Set state-dir to a folder outside of these paths.',
    });
  }
}

/** Reads the snapshot. @throws ActionError if it has paths that are not listed */
function toRestoration(paths: readonly string[], base: string, target: Target): Restoration {
  const { folder, part } = readSnapshotPart(target, partSchema);
  if (part.present.some((path) => !paths.includes(path))) {
    throw new ActionError('the snapshot has other paths than strategies', {
      remedy: 'List the same paths as in the snapshot, or use another snapshot.',
    });
  }
  return {
    archive: join(folder, ARCHIVE),
    checksum: part,
    base,
    present: part.present,
    absent: paths.filter((path) => !part.present.includes(path)),
  };
}

function preflight(paths: readonly string[], base: string, target: Target): Promise<Preflight> {
  return runPreflight(async () => {
    const restoration = toRestoration(paths, base, target);
    await requireOutside(paths, base, dirname(restoration.archive));
    const entries: FileEntry[] = [];
    for await (const { entry, body } of readArchive(
      restoration.archive,
      restoration.checksum,
      restoration.present,
    )) {
      entries.push(entry);
      await body.cancel();
    }
    const missing = restoration.present.find((path) => !entries.some((one) => one.path === path));
    if (missing !== undefined) {
      throw badArchive(`does not contain ${plain(missing)}`);
    }
    const requirements = restoration.present.map(async (path) => {
      const inner = entries.filter((entry) => isWithin(entry.path, path));
      const folder = await findWritableFolder(base, path);
      return { folder, bytes: sumBytes(inner), files: inner.length };
    });
    await requireDiskSpace(await Promise.all(requirements));
    for (const path of restoration.absent) await findWritableFolder(base, path);
    for (const path of paths) await requireNotInUse(join(base, path));
    const fileCount = entries.filter(({ type }) => type === 'file').length;
    return {
      step: `restores ${describePaths(restoration)}: ${pluralize(fileCount, 'file')} (${formatSize(sumBytes(entries))}) from ${formatTime(target)}`,
      warnings: [],
    };
  });
}

/** Finds the folder that a path is restored into. @throws ActionError if it is not writable */
async function findWritableFolder(base: string, path: string): Promise<string> {
  const folder = await findExistingFolder(base, path);
  await access(folder, constants.W_OK | constants.X_OK).catch((cause) => {
    throw new ActionError(`the folder ${folder} is not writable`, {
      remedy: 'Grant write access to the user of the runner.',
      cause,
    });
  });
  return folder;
}

async function identify(paths: readonly string[], base: string, target: Target): Promise<Identity> {
  const { archive, checksum, present, absent } = toRestoration(paths, base, target);
  const expected = `sha256 ${checksum.sha256.slice(0, 12)}`;
  // Reads the whole archive, because its checksum is verified at the end.
  let difference: string | undefined;
  for await (const unpacked of readArchive(archive, checksum, present)) {
    if (difference === undefined) difference = await findDifference(base, unpacked);
    else await unpacked.body.cancel();
  }
  for (const path of absent) {
    if (await lstatIfExists(join(base, path))) difference ??= `${plain(path, 100)} exists`;
  }
  return difference === undefined
    ? { kind: 'same', found: expected }
    : { kind: 'other', found: difference, expected };
}

function sumBytes(entries: readonly FileEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.bytes : 0), 0);
}

function describePaths({ present, absent }: Restoration): string {
  const restored = present.length > 0 ? present.join(', ') : 'nothing';
  return plain(absent.length > 0 ? `${restored} (removed: ${absent.join(', ')})` : restored);
}

function formatTime({ snapshot }: Target): string {
  return snapshot === undefined ? '' : new Date(snapshot.takenMs).toISOString();
}
