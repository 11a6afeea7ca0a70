import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { renameWithRetries } from '@repo/core/files/rename-with-retries';
import * as v from 'valibot';

/** Hidden, because every other folder is a release. */
const FOLDER = '.deploy-rollback';

const schema = v.object({ release: v.string(), snapshot: v.string() });

/**
 * Records that a snapshot needs a release. If the snapshot is taken again after a kill, the name of the
 * reference is the same.
 *
 * @returns the name, for {@link removeReference}
 */
export async function addReference(
  releases: string,
  release: string,
  snapshot: string,
): Promise<string> {
  await mkdir(join(releases, FOLDER), { recursive: true, mode: 0o700 });
  const name = createHash('sha256').update(snapshot).digest('hex').slice(0, 16);
  const content = JSON.stringify({ release, snapshot });
  // Atomic, because an incomplete reference could belong to any release.
  const newFile = join(releases, FOLDER, `.${name}`);
  await writeFile(newFile, content, { mode: 0o600, flush: true });
  await renameWithRetries(newFile, join(releases, FOLDER, name));
  return name;
}

export async function removeReference(releases: string, name: string): Promise<void> {
  await rm(join(releases, FOLDER, name), { force: true });
}

/**
 * Lists the releases that snapshots need. Removes references that a kill left behind, if their snapshot
 * would be in the same folder as `snapshot` and does not exist.
 *
 * @throws ActionError for an invalid reference
 */
export async function listReferencedReleases(
  releases: string,
  snapshot: string,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const names = await readdir(join(releases, FOLDER)).catch(() => []);
  for (const name of names) {
    if (name.startsWith('.')) continue;
    const text = await readFile(join(releases, FOLDER, name), 'utf8').catch(() => '');
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
    // An invalid reference could belong to any release.
    if (!read.success) {
      throw new ActionError(`${join(releases, FOLDER, name)} is not a valid reference`, {
        remedy: 'Remove the file if no snapshot needs a release from that time.',
      });
    }
    const { release, snapshot: owner } = read.output;
    const isSameStore = dirname(dirname(owner)) === dirname(dirname(snapshot));
    if (isSameStore && !(await exists(owner))) await removeReference(releases, name);
    else found.add(release);
  }
  return found;
}

/** Hidden, because every other file is a reference. */
const ACTIVATED = '.activated';

/** Records that the link pointed to a release. Other folders may not be releases. */
export async function recordActivation(releases: string, release: string): Promise<void> {
  await mkdir(join(releases, FOLDER, ACTIVATED), { recursive: true, mode: 0o700 });
  await writeFile(join(releases, FOLDER, ACTIVATED, release), '');
}

/** Lists the releases that the link pointed to. */
export async function listActivatedReleases(releases: string): Promise<ReadonlySet<string>> {
  return new Set(await readdir(join(releases, FOLDER, ACTIVATED)).catch(() => []));
}

export async function removeActivation(releases: string, release: string): Promise<void> {
  await rm(join(releases, FOLDER, ACTIVATED, release), { force: true });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
