import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { formatSize } from '@repo/core/inputs/size';
import { pluralize } from '@repo/core/text/pluralize';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { byteCounter } from '../heartbeat.ts';
import { keptPart, preflightOf } from '../kept-part.ts';
import { requireRoom } from '../room.ts';
import type { Identity, Part, Ports, Preflight, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { readArchive, writeArchive } from './archive.ts';
import { badArchive } from './archive-rules.ts';
import { differenceOf } from './compare.ts';
import { type Entry, isInnerPath, isWithin } from './entry.ts';
import { type Restoration, restore } from './restore.ts';
import { nearestFolder, statOf, treeOf } from './tree.ts';

const ARCHIVE = 'files.tar';

const innerPath = v.pipe(
  v.string(),
  v.transform((path) => path.replace(/^\.\//, '').replace(/\/$/, '')),
  v.check(
    isInnerPath,
    'is not below the base folder\nWrite config/app.toml; base says below what.',
  ),
);

const options = v.strictObject(
  {
    paths: v.pipe(
      v.array(innerPath),
      v.minLength(1, 'names nothing\nWrite paths: [.env, config].'),
      v.checkItems(
        (path, index, all) => !all.some((one, at) => at !== index && isWithin(path, one)),
        'is in another one\nLeave it out.',
      ),
    ),
    base: v.optional(v.pipe(v.string(), v.nonEmpty('is empty\nWrite a folder.')), '.'),
  },
  'files knows paths and base.',
);

type Options = v.InferOutput<typeof options>;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const keptSchema = v.object({
  format: v.literal('files/v1'),
  bytes: count,
  sha256: v.string(),
  /** Those of the listed paths that there were. */
  present: v.array(v.string()),
});

/** Files and folders, kept in an archive. */
export const files = strategyModule<Options>({
  name: 'files',
  options,
  create: ({ paths, base }): Strategy => ({
    name: 'files',
    title: `files ${paths.join(', ')}${base === '.' ? '' : ` in ${base}`}`,
    capture: (folder, ports) => capture(paths, resolve(ports.workspace, base), folder, ports),
    preflight: (target, ports) => preflight(paths, resolve(ports.workspace, base), target),
    apply: async (target, ports) => {
      const restoration = restorationOf(paths, resolve(ports.workspace, base), target);
      const tell = byteCounter('put back', restoration.seal.bytes, ports);
      await restore(restoration, ports.signal, tell);
      return { done: `${told(restoration)} as they were ${ago(target)}` };
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
  const { entries, absent } = await treeOf(base, paths);
  const bytes = contentOf(entries);
  await requireRoom([{ folder, bytes, files: 1 }]);
  const tell = byteCounter('kept', bytes, ports);
  const seal = await writeArchive(join(folder, ARCHIVE), base, entries, tell);
  return { format: 'files/v1', ...seal, present: paths.filter((path) => !absent.includes(path)) };
}

/** What is listed is replaced as a whole: snapshots in it would go with it. @throws ActionError */
async function requireOutside(
  paths: readonly string[],
  base: string,
  snapshot: string,
): Promise<void> {
  const own = await realpath(snapshot);
  for (const path of paths) {
    const place = join(base, path);
    const parent = await realpath(dirname(place)).catch(() => dirname(place));
    const way = relative(join(parent, basename(place)), own);
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) continue;
    throw new ActionError(
      `the snapshots are kept within ${plain(path)}, which a rollback replaces`,
      {
        remedy: 'Give state-dir a folder outside of what is kept.',
      },
    );
  }
}

/** What was kept belongs to these paths, and only what is listed may be touched. */
function restorationOf(paths: readonly string[], base: string, target: Target): Restoration {
  const { folder, part } = keptPart(target, keptSchema);
  if (part.present.some((path) => !paths.includes(path))) {
    throw new ActionError('the snapshot has other paths than the input strategies', {
      remedy: 'Name the paths that were kept, or take another snapshot.',
    });
  }
  return {
    archive: join(folder, ARCHIVE),
    seal: part,
    base,
    present: part.present,
    absent: paths.filter((path) => !part.present.includes(path)),
  };
}

function preflight(paths: readonly string[], base: string, target: Target): Promise<Preflight> {
  return preflightOf(async () => {
    const restoration = restorationOf(paths, base, target);
    await requireOutside(paths, base, dirname(restoration.archive));
    const entries: Entry[] = [];
    for await (const { entry, body } of readArchive(
      restoration.archive,
      restoration.seal,
      restoration.present,
    )) {
      entries.push(entry);
      await body.cancel();
    }
    const left = restoration.present.find((path) => !entries.some((one) => one.path === path));
    if (left !== undefined) {
      throw badArchive(`has nothing for ${plain(left)}`);
    }
    const needs = restoration.present.map(async (path) => {
      const own = entries.filter((entry) => isWithin(entry.path, path));
      const folder = await writable(base, path);
      return { folder, bytes: contentOf(own), files: own.length };
    });
    await requireRoom(await Promise.all(needs));
    for (const path of restoration.absent) await writable(base, path);
    const some = entries.filter(({ type }) => type === 'file').length;
    return {
      step: `puts back ${told(restoration)}: ${pluralize(some, 'file')} (${formatSize(contentOf(entries))}), kept ${ago(target)}`,
      warnings: [],
    };
  });
}

/** The folder that something is about to be moved into. */
async function writable(base: string, path: string): Promise<string> {
  const folder = await nearestFolder(base, path);
  await access(folder, constants.W_OK | constants.X_OK).catch((cause) => {
    throw new ActionError(`nothing may be written into ${folder}`, {
      remedy: 'Let the user of the runner write there.',
      cause,
    });
  });
  return folder;
}

async function identify(paths: readonly string[], base: string, target: Target): Promise<Identity> {
  const { archive, seal, present, absent } = restorationOf(paths, base, target);
  const expected = `sha256 ${seal.sha256.slice(0, 12)}`;
  // To the end of the archive, so that its checksum is known; one difference is enough to tell.
  let difference: string | undefined;
  for await (const unpacked of readArchive(archive, seal, present)) {
    if (difference === undefined) difference = await differenceOf(base, unpacked);
    else await unpacked.body.cancel();
  }
  for (const path of absent) {
    if (await statOf(join(base, path))) difference ??= `${plain(path, 100)} is there`;
  }
  return difference === undefined
    ? { kind: 'same', found: expected }
    : { kind: 'other', found: difference, expected };
}

function contentOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.bytes : 0), 0);
}

function told({ present, absent }: Restoration): string {
  const back = present.length > 0 ? present.join(', ') : 'nothing';
  return plain(absent.length > 0 ? `${back}, without ${absent.join(', ')}` : back);
}

function ago({ kept }: Target): string {
  return kept === undefined ? '' : new Date(kept.takenMs).toISOString();
}
