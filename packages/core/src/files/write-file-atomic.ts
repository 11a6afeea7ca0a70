import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ActionError } from '../errors/action-error.ts';
import { replaceFile } from './replace-file.ts';

/**
 * Writes a file completely or not at all: readers see either the old or the new content, even if the
 * process is killed. Creates missing folders. A path that is not a regular file (`/dev/null`, a pipe)
 * is written to directly. Throws an {@link ActionError} that names the path.
 */
export async function writeFileAtomic(path: string, content: string): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    const existing = await stat(path).catch(() => undefined);
    if (existing && !existing.isFile()) return await writeFile(path, content);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, content);
    await replaceFile(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    throw new ActionError(`cannot write ${path}`, {
      remedy: 'Give a path in a folder that exists or can be created, on a disk with free space.',
      cause,
    });
  }
}
