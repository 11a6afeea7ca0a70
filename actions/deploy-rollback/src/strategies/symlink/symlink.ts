import { constants } from 'node:fs';
import { access, lstat, readdir, readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { field } from '@repo/core/config/field';
import { ActionError } from '@repo/core/errors/action-error';
import { removeTree } from '@repo/core/files/remove-tree';
import { integer } from '@repo/core/inputs/integer';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { isInnerPath } from '../files/file-entry.ts';
import { readSnapshotPart, runPreflight } from '../snapshot-part.ts';
import type { Part, Ports, Preflight, SnapshotPart, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import {
  addReference,
  listActivatedReleases,
  listReferencedReleases,
  recordActivation,
  removeActivation,
  removeReference,
} from './release-references.ts';
import { switchLink } from './switch-link.ts';

const path = v.pipe(v.string(), v.nonEmpty('is empty\nSet a path.'));

const options = v.strictObject(
  { link: path, releases: path, keep: v.optional(field(integer({ min: 1, max: 10_000 }))) },
  'symlink supports link, releases and keep.',
);

type Options = v.InferOutput<typeof options>;

const partSchema = v.object({
  format: v.literal('symlink/v1'),
  /** The target of the link, relative to the folder of the releases. */
  inner: v.pipe(v.string(), v.check(isInnerPath)),
  /** Whether the link has an absolute path. */
  absolute: v.boolean(),
  reference: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
});

interface LinkPaths {
  readonly link: string;
  readonly releases: string;
}

/** A link to the current release in a folder of releases. */
export const symlink = strategyModule<Options>({
  name: 'symlink',
  options,
  create: ({ link, releases, keep }): Strategy => {
    const getPaths = ({ workspace }: Ports): LinkPaths => ({
      link: resolve(workspace, link),
      releases: resolve(workspace, releases),
    });
    return {
      name: 'symlink',
      title: `symlink ${plain(link)}`,
      capture: (folder, ports) => capture(getPaths(ports), keep, folder, ports),
      preflight: (target, ports) => preflight(getPaths(ports), target),
      apply: async (target, ports) => {
        const { inner } = await switchTo(getPaths(ports), target);
        return { done: `${plain(link)} points to ${plain(inner)}` };
      },
      forget: (snapshot, ports) => forget(getPaths(ports), snapshot),
      identify: async (target, ports) => {
        const { part } = readSnapshotPart(target, partSchema);
        const [found, expected] = [await readCurrent(getPaths(ports)), part.inner];
        if (found === undefined) return { kind: 'other', found: 'no release', expected };
        return found.inner === expected
          ? { kind: 'same', found: plain(expected) }
          : { kind: 'other', found: plain(found.inner), expected };
      },
    };
  },
});

async function capture(
  paths: LinkPaths,
  keep: number | undefined,
  folder: string,
  ports: Ports,
): Promise<Part> {
  const current = await readCurrent(paths);
  if (current === undefined) {
    throw new ActionError(`${plain(paths.link)} is not a link into ${plain(paths.releases)}`, {
      remedy: 'Deploy the first release, or correct link and releases.',
    });
  }
  const release = getReleaseName(current.inner);
  // Before the removal of releases, which skips releases with a reference.
  const reference = await addReference(paths.releases, release, folder);
  await recordActivation(paths.releases, release);
  if (keep !== undefined) await prune(paths, keep, folder, ports);
  return { format: 'symlink/v1', ...current, reference };
}

async function prune(paths: LinkPaths, keep: number, folder: string, ports: Ports): Promise<void> {
  const entries = await readdir(paths.releases, { withFileTypes: true });
  const activated = await listActivatedReleases(paths.releases);
  const folders = entries.filter((entry) => entry.isDirectory() && activated.has(entry.name));
  const releases = await Promise.all(
    folders.map(async ({ name }) => {
      const { birthtimeMs, mtimeMs } = await lstat(join(paths.releases, name));
      return { name, createdMs: birthtimeMs || mtimeMs };
    }),
  );
  const needed = await listReferencedReleases(paths.releases, folder);
  const current = getReleaseName((await readCurrent(paths))?.inner ?? '');
  for (const { name } of findRemovableReleases(releases, { keep, current, needed })) {
    ports.signal.throwIfAborted();
    const latest = await readCurrent(paths);
    // A deploy switched the link at the same time.
    if (latest === undefined || getReleaseName(latest.inner) !== current) return;
    ports.log.info(`Removing the old release ${plain(name)}`);
    await removeTree(join(paths.releases, name));
    await removeActivation(paths.releases, name);
  }
}

/** A folder of the releases. */
interface ReleaseFolder {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly createdMs: number;
}

/** Finds all releases except the newest `keep`, the current one, and those that snapshots need. */
export function findRemovableReleases(
  releases: readonly ReleaseFolder[],
  {
    keep,
    current,
    needed,
  }: { readonly keep: number; readonly current: string; readonly needed: ReadonlySet<string> },
): readonly ReleaseFolder[] {
  return releases
    .toSorted((a, b) => b.createdMs - a.createdMs || (a.name < b.name ? 1 : -1))
    .slice(keep)
    .filter(({ name }) => name !== current && !needed.has(name));
}

function preflight(paths: LinkPaths, target: Target): Promise<Preflight> {
  return runPreflight(async () => {
    const { inner } = readSnapshotPart(target, partSchema).part;
    await requireRelease(paths, inner);
    const current = await requireLink(paths.link);
    await access(dirname(paths.link), constants.W_OK | constants.X_OK).catch((cause) => {
      throw new ActionError(`the folder ${dirname(paths.link)} is not writable`, {
        remedy: 'Grant write access to the user of the runner.',
        cause,
      });
    });
    const from = current === undefined ? '' : ` from ${plain(current)}`;
    return { step: `switches ${plain(paths.link)}${from} to ${plain(inner)}`, warnings: [] };
  });
}

async function switchTo(paths: LinkPaths, target: Target) {
  const { part } = readSnapshotPart(target, partSchema);
  const { link, releases } = paths;
  await requireRelease(paths, part.inner);
  await requireLink(link);
  const release = join(releases, part.inner);
  await switchLink(link, part.absolute ? release : relative(dirname(link), release));
  return part;
}

async function forget({ releases }: LinkPaths, { part }: SnapshotPart): Promise<void> {
  const read = v.safeParse(partSchema, part);
  if (read.success) await removeReference(releases, read.output.reference);
}

/** The target of the link within the releases; `undefined` for any other target. */
async function readCurrent({ link, releases }: LinkPaths) {
  const to = await readlink(link).catch(() => undefined);
  if (to === undefined) return undefined;
  const inner = relative(releases, resolve(dirname(link), to))
    .split(sep)
    .join('/');
  return isInnerPath(inner) ? { inner, absolute: isAbsolute(to) } : undefined;
}

/** @throws ActionError if the release does not exist any more, or is empty */
async function requireRelease({ releases }: LinkPaths, inner: string): Promise<void> {
  const release = join(releases, getReleaseName(inner));
  const found = await lstat(release).catch(() => undefined);
  const folder = join(releases, inner);
  const exists = found?.isDirectory() && (await readdir(folder).catch(() => [])).length > 0;
  if (exists) return;
  throw new ActionError(`the release ${plain(folder)} does not exist any more, or is empty`, {
    remedy: 'Deploy that revision again, and raise keep.',
  });
}

/** The target of the link; `undefined` if it does not exist. @throws ActionError for a file or folder */
async function requireLink(link: string): Promise<string | undefined> {
  const found = await lstat(link).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) return readlink(link);
  throw new ActionError(`${plain(link)} is not a symbolic link`, {
    remedy: 'Move it to another path, or correct link.',
  });
}

function getReleaseName(inner: string): string {
  return inner.split('/', 1)[0] ?? '';
}
