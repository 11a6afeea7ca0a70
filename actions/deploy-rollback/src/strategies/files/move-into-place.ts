import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { removeTree } from '@repo/core/files/remove-tree';
import {
  isInUse,
  type RenameSystem,
  renameSystem,
  renameWithRetries,
} from '@repo/core/files/rename-with-retries';
import { plain } from '@repo/core/text/untrusted';
import { syncFolder } from '../sync-folder.ts';
import { lstatIfExists } from './list-entries.ts';

export interface RestorePaths {
  readonly finalPath: string;
  /** The unpacked content, until it is complete. */
  readonly newPath: string;
  /** The previous content, until the new one is in place. */
  readonly oldPath: string;
}

/**
 * Moves the new content into place: a file in one step; a folder, and on Windows a file that is
 * read-only or open, in two.
 *
 * @throws ActionError if a program has the previous content open in a way that prevents it
 */
export async function moveIntoPlace(
  paths: RestorePaths,
  system: RenameSystem = renameSystem,
): Promise<void> {
  const { finalPath, newPath, oldPath } = paths;
  try {
    const current = await lstatIfExists(finalPath);
    const next = await lstatIfExists(newPath);
    // A rename can replace a file, but not a folder.
    if (current?.isDirectory() || (current && next?.isDirectory()))
      await moveInTwoSteps(paths, system);
    else await replaceFile(paths, system);
  } catch (error) {
    throw isInUse(error, system.platform) ? createInUse(finalPath, error) : error;
  }
  // Before the removal of the previous content.
  await syncFolder(dirname(finalPath));
  // Windows cannot remove a program that still runs. The next restore removes it.
  await removeTree(oldPath).catch((error) => {
    if (!isInUse(error, system.platform)) throw error;
  });
}

async function replaceFile(paths: RestorePaths, system: RenameSystem): Promise<void> {
  try {
    await system.rename(paths.newPath, paths.finalPath);
  } catch (error) {
    if (!isInUse(error, system.platform)) throw error;
    // Windows does not replace a file that is read-only or open, but it renames most of them.
    await moveInTwoSteps(paths, system);
  }
}

async function moveInTwoSteps(
  { finalPath, newPath, oldPath }: RestorePaths,
  system: RenameSystem,
): Promise<void> {
  await renameWithRetries(finalPath, oldPath, system);
  await renameWithRetries(newPath, finalPath, system);
}

/**
 * On Windows, checks every file of a path. A file that is open may prevent the restore.
 *
 * @throws ActionError for a file that another program has open, or that cannot be renamed
 */
export async function requireNotInUse(
  path: string,
  system: RenameSystem = renameSystem,
): Promise<void> {
  if (system.platform !== 'win32') return;
  const found = await lstatIfExists(path);
  if (found?.isDirectory()) {
    for (const name of await readdir(path)) await requireNotInUse(join(path, name), system);
  } else if (found?.isFile()) {
    // Needs the same access as the restore, and changes nothing.
    await renameWithRetries(path, path, system).catch((error) => {
      if (isInUse(error, system.platform)) throw createInUse(path, error);
      throw error;
    });
  }
}

function createInUse(path: string, cause: unknown): ActionError {
  return new ActionError(`${plain(path)} is in use by another program`, {
    remedy:
      'Stop that program before the rollback, or grant write access to the user of the runner.',
    cause,
  });
}
