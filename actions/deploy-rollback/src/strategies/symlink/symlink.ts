import { constants } from 'node:fs';
import {
  access,
  lstat,
  symlink as makeLink,
  open,
  readdir,
  readlink,
  rename,
  rm,
} from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { field } from '@repo/core/config/field';
import { ActionError } from '@repo/core/errors/action-error';
import { removeTree } from '@repo/core/files/remove-tree';
import { integer } from '@repo/core/inputs/integer';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { isInnerPath } from '../files/entry.ts';
import { keptPart, preflightOf } from '../kept-part.ts';
import type { Part, Ports, Preflight, SnapshotPart, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { forgetRelease, mark, marked, remember, remembered, unmark } from './marks.ts';
import { superfluousReleases } from './prune.ts';

const path = v.pipe(v.string(), v.nonEmpty('is empty\nWrite a path.'));

const options = v.strictObject(
  { link: path, releases: path, keep: v.optional(field(integer({ min: 1, max: 10_000 }))) },
  'symlink knows link, releases and keep.',
);

type Options = v.InferOutput<typeof options>;

const keptSchema = v.object({
  format: v.literal('symlink/v1'),
  /** What the link led to, from the folder of the releases on. */
  inner: v.pipe(v.string(), v.check(isInnerPath)),
  /** Whether it was written as an absolute path. */
  absolute: v.boolean(),
  mark: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
});

interface Places {
  readonly link: string;
  readonly releases: string;
}

/** A link to the current one of a folder of releases, switched at once. */
export const symlink = strategyModule<Options>({
  name: 'symlink',
  options,
  create: ({ link, releases, keep }): Strategy => {
    const placesIn = ({ workspace }: Ports): Places => ({
      link: resolve(workspace, link),
      releases: resolve(workspace, releases),
    });
    return {
      name: 'symlink',
      title: `symlink ${plain(link)}`,
      capture: (folder, ports) => capture(placesIn(ports), keep, folder, ports),
      preflight: (target, ports) => preflight(placesIn(ports), target),
      apply: async (target, ports) => {
        const { inner } = await switchTo(placesIn(ports), target);
        return { done: `${plain(link)} leads to ${plain(inner)}` };
      },
      forget: (kept, ports) => forget(placesIn(ports), kept),
      identify: async (target, ports) => {
        const { part } = keptPart(target, keptSchema);
        const [found, expected] = [await currentOf(placesIn(ports)), part.inner];
        if (found === undefined) return { kind: 'other', found: 'no release', expected };
        return found.inner === expected
          ? { kind: 'same', found: plain(expected) }
          : { kind: 'other', found: plain(found.inner), expected };
      },
    };
  },
});

async function capture(
  places: Places,
  keep: number | undefined,
  folder: string,
  ports: Ports,
): Promise<Part> {
  const current = await currentOf(places);
  if (current === undefined) {
    throw new ActionError(`${plain(places.link)} is no link into ${plain(places.releases)}`, {
      remedy: 'Deploy a first release by hand, or correct link and releases.',
    });
  }
  const release = releaseOf(current.inner);
  // Before anything is removed: from here on nobody removes that one.
  const name = await mark(places.releases, release, folder);
  await remember(places.releases, release);
  if (keep !== undefined) await prune(places, keep, folder, ports);
  return { format: 'symlink/v1', ...current, mark: name };
}

async function prune(places: Places, keep: number, folder: string, ports: Ports): Promise<void> {
  const entries = await readdir(places.releases, { withFileTypes: true });
  const known = await remembered(places.releases);
  const folders = entries.filter((entry) => entry.isDirectory() && known.has(entry.name));
  const releases = await Promise.all(
    folders.map(async ({ name }) => {
      const { birthtimeMs, mtimeMs } = await lstat(join(places.releases, name));
      return { name, madeMs: birthtimeMs || mtimeMs };
    }),
  );
  const needed = await marked(places.releases, folder);
  const current = releaseOf((await currentOf(places))?.inner ?? '');
  for (const { name } of superfluousReleases(releases, { keep, current, needed })) {
    ports.signal.throwIfAborted();
    const now = await currentOf(places);
    // Somebody deploys at the same time.
    if (now === undefined || releaseOf(now.inner) !== current) return;
    ports.log.info(`Removing the old release ${plain(name)}`);
    await removeTree(join(places.releases, name));
    await forgetRelease(places.releases, name);
  }
}

function preflight(places: Places, target: Target): Promise<Preflight> {
  return preflightOf(async () => {
    const { inner } = keptPart(target, keptSchema).part;
    await requireRelease(places, inner);
    const current = await requireLink(places.link);
    await access(dirname(places.link), constants.W_OK | constants.X_OK).catch((cause) => {
      throw new ActionError(`nothing may be written into ${dirname(places.link)}`, {
        remedy: 'Let the user of the runner write there.',
        cause,
      });
    });
    const from = current === undefined ? '' : `, which leads to ${plain(current)} now`;
    return { step: `switches ${plain(places.link)}${from}, to ${plain(inner)}`, warnings: [] };
  });
}

async function switchTo(places: Places, target: Target) {
  const { part } = keptPart(target, keptSchema);
  const { link, releases } = places;
  await requireRelease(places, part.inner);
  await requireLink(link);
  const whole = join(releases, part.inner);
  const draft = join(dirname(link), `.${basename(link)}.deploy-rollback-new`);
  await rm(draft, { force: true });
  await makeLink(part.absolute ? whole : relative(dirname(link), whole), draft);
  // At no time is there no link.
  await rename(draft, link);
  await using folder = await open(dirname(link), 'r');
  await folder.sync();
  return part;
}

async function forget({ releases }: Places, kept: SnapshotPart): Promise<void> {
  const read = v.safeParse(keptSchema, kept.part);
  if (read.success) await unmark(releases, read.output.mark);
}

/** What the link leads to within the releases; `undefined` where that is not what it does. */
async function currentOf({ link, releases }: Places) {
  const to = await readlink(link).catch(() => undefined);
  if (to === undefined) return undefined;
  const inner = relative(releases, resolve(dirname(link), to))
    .split(sep)
    .join('/');
  return isInnerPath(inner) ? { inner, absolute: isAbsolute(to) } : undefined;
}

/** @throws ActionError where the release is not there any more */
async function requireRelease({ releases }: Places, inner: string): Promise<void> {
  const release = join(releases, releaseOf(inner));
  const found = await lstat(release).catch(() => undefined);
  const folder = join(releases, inner);
  const isThere = found?.isDirectory() && (await readdir(folder).catch(() => [])).length > 0;
  if (isThere) return;
  throw new ActionError(`the release ${plain(folder)} is not there any more, or empty`, {
    remedy: 'Deploy that revision anew; keep says how many releases stay.',
  });
}

/** Where it leads to; `undefined` where nothing is there. @throws ActionError for what is no link */
async function requireLink(link: string): Promise<string | undefined> {
  const found = await lstat(link).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) return readlink(link);
  throw new ActionError(`${plain(link)} is no symbolic link`, {
    remedy: 'Move it away, or correct link.',
  });
}

function releaseOf(inner: string): string {
  return inner.split('/', 1)[0] ?? '';
}
