import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSyncGit } from '@repo/git/sync';

/**
 * The files of a checkout that git tracks or would track, relative to its root.
 *
 * @param paths only files below these; all without any
 */
export function listTrackedFiles(root: string, paths: readonly string[] = []): readonly string[] {
  const list = createSyncGit(root).text([
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '--',
    ...paths,
  ]);
  return list.split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
}
