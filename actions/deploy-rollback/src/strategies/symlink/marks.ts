import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import * as v from 'valibot';

/** Hidden, so that it is no release. */
const FOLDER = '.deploy-rollback';

const schema = v.object({ release: v.string(), snapshot: v.string() });

/**
 * Says that a snapshot needs a release. The name of the mark, for {@link unmark}, is the same when the
 * snapshot is taken again after a kill.
 */
export async function mark(releases: string, release: string, snapshot: string): Promise<string> {
  await mkdir(join(releases, FOLDER), { recursive: true, mode: 0o700 });
  const name = createHash('sha256').update(snapshot).digest('hex').slice(0, 16);
  const content = JSON.stringify({ release, snapshot });
  // There as a whole or not at all: half of one could mean any release.
  const draft = join(releases, FOLDER, `.${name}`);
  await writeFile(draft, content, { mode: 0o600, flush: true });
  await rename(draft, join(releases, FOLDER, name));
  return name;
}

export async function unmark(releases: string, name: string): Promise<void> {
  await rm(join(releases, FOLDER, name), { force: true });
}

/**
 * The releases that snapshots need. A mark that a kill has left without a snapshot goes, where it is
 * sure that there is none: its folder would be beside that of `snapshot`.
 *
 * @throws ActionError for a mark that is none of ours
 */
export async function marked(releases: string, snapshot: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const names = await readdir(join(releases, FOLDER)).catch(() => []);
  for (const name of names) {
    if (name.startsWith('.')) continue;
    const text = await readFile(join(releases, FOLDER, name), 'utf8').catch(() => '');
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
    // What cannot be understood might be about any of them.
    if (!read.success) {
      throw new ActionError(`${join(releases, FOLDER, name)} cannot be understood`, {
        remedy: 'Remove it, if you are sure that no snapshot needs a release of its time.',
      });
    }
    const { release, snapshot: owner } = read.output;
    const isOurs = dirname(dirname(owner)) === dirname(dirname(snapshot));
    if (isOurs && !(await exists(owner))) await unmark(releases, name);
    else found.add(release);
  }
  return found;
}

/** Hidden, so that it is no mark. */
const LED_TO = '.led-to';

/** Remembers that the link led to a release: what it never led to may be no release at all. */
export async function remember(releases: string, release: string): Promise<void> {
  await mkdir(join(releases, FOLDER, LED_TO), { recursive: true, mode: 0o700 });
  await writeFile(join(releases, FOLDER, LED_TO, release), '');
}

/** The releases that the link is known to have led to. */
export async function remembered(releases: string): Promise<ReadonlySet<string>> {
  return new Set(await readdir(join(releases, FOLDER, LED_TO)).catch(() => []));
}

export async function forgetRelease(releases: string, release: string): Promise<void> {
  await rm(join(releases, FOLDER, LED_TO, release), { force: true });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
