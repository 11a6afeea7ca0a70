import type { Log } from '@repo/core/action/log';
import { PushNotAllowed } from './push-not-allowed.ts';
import type { HistoryStore } from './store.ts';

/** Writes by git, and where that has no credentials by another way to the same branch. */
export function eitherStore(
  byGit: HistoryStore,
  otherwise: () => Promise<HistoryStore>,
  log: Log,
): HistoryStore {
  return {
    read: byGit.read,
    write: async (records) => {
      try {
        return await byGit.write(records);
      } catch (error) {
        if (!(error instanceof PushNotAllowed)) throw error;
        log.info("git may not push: the history is written through GitHub's API");
        return (await otherwise()).write(records);
      }
    },
  };
}
