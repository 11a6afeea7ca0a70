// By path: the jobs that publish run these files with Node.js alone, and install no packages.
import { createSyncGit, type SyncGit } from '../../git/src/sync.ts';
import { ReleaseError } from './release-error.ts';

export type Git = SyncGit;

/** Runs git in one repository. A failing command throws a {@link ReleaseError} with git's message. */
export function openGit(folder: string): Git {
  const git = createSyncGit(folder);
  const bytes: Git['bytes'] = (args, options) => {
    try {
      return git.bytes(args, options);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ReleaseError(reason, 'Fix the reported problem and run the command again.');
    }
  };
  return { ...git, bytes, text: (args, options) => bytes(args, options).toString('utf8') };
}
