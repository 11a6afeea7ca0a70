import { symlink as createSymlink, lstat, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import {
  type RenameSystem,
  renameSystem,
  renameWithRetries,
} from '@repo/core/files/rename-with-retries';
import { plain } from '@repo/core/text/untrusted';
import { syncFolder } from '../sync-folder.ts';

type LinkType = 'dir' | 'junction';

/** What the switch of a link depends on; fakes in tests. */
export interface LinkSystem extends RenameSystem {
  readonly symlink: (to: string, path: string, type: LinkType) => Promise<void>;
}

const linkSystem: LinkSystem = { ...renameSystem, symlink: createSymlink };

/**
 * Points a link to a folder. The link always exists, except on Windows, which does not replace a link to
 * a folder: there it is missing between two renames.
 *
 * @param to an absolute path, or a path relative to the folder of the link
 * @throws ActionError if Windows does not create the link
 */
export async function switchLink(
  link: string,
  to: string,
  system: LinkSystem = linkSystem,
): Promise<void> {
  const [newLink, oldLink] = ['new', 'old'].map((name) =>
    join(dirname(link), `.${basename(link)}.deploy-rollback-${name}`),
  ) as [string, string];
  await rm(newLink, { force: true });
  if (system.platform === 'win32') {
    await createWindowsLink(newLink, to, system);
    await replaceInTwoSteps(link, newLink, oldLink, system);
  } else {
    await system.symlink(to, newLink, 'dir');
    await system.rename(newLink, link);
  }
  await syncFolder(dirname(link));
}

async function replaceInTwoSteps(
  link: string,
  newLink: string,
  oldLink: string,
  system: LinkSystem,
): Promise<void> {
  const exists = await lstat(link).catch(() => undefined);
  if (exists !== undefined) {
    await rm(oldLink, { force: true });
    await renameWithRetries(link, oldLink, system);
  }
  try {
    await renameWithRetries(newLink, link, system);
  } catch (error) {
    if (exists !== undefined) await renameWithRetries(oldLink, link, system);
    throw error;
  }
  await rm(oldLink, { force: true });
}

/**
 * A symbolic link needs a privilege on Windows. A junction does not, but its target is absolute and on
 * the same machine.
 */
async function createWindowsLink(path: string, to: string, { symlink }: LinkSystem): Promise<void> {
  const types: readonly LinkType[] = isAbsolute(to) ? ['junction', 'dir'] : ['dir', 'junction'];
  let cause: unknown;
  for (const type of types) {
    try {
      return await symlink(type === 'junction' ? resolve(dirname(path), to) : to, path, type);
    } catch (error) {
      cause ??= error;
    }
  }
  throw new ActionError(`cannot create the link ${plain(path)}`, {
    remedy:
      'Put link and releases on a local NTFS disk that the user of the runner can write, or turn on the developer mode of Windows.',
    cause,
  });
}
