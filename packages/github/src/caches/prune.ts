import type { ActionContext } from '@repo/core/action/context';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { pluralize } from '@repo/core/text/pluralize';
import type { SavedCache } from './delete-older.ts';

/** Deletes the entries of the Actions cache that a saved entry replaces. Never fails. */
export type Prune = (saved: Omit<SavedCache, 'ref'>) => Promise<void>;

/** The job is not delayed longer, ms. */
const TIMEOUT_MS = 10_000;

/**
 * Without access to GitHub or the permission actions: write, the entries stay until GitHub evicts them,
 * and only the debug log has the reason.
 */
export function createPrune(
  context: Pick<ActionContext, 'run' | 'clock' | 'signal' | 'variable' | 'log'>,
  token: string,
): Prune {
  return async (saved) => {
    const { run, log } = context;
    try {
      const { connectGitHub } = await import('../connect.ts');
      const { readSettings } = await import('../settings.ts');
      const { deleteOlderCaches } = await import('./delete-older.ts');
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const github = await connectGitHub(readSettings({ ...context, signal }, token, 'write'));
      const deleted = await deleteOlderCaches(github, { ...saved, ref: run.ref });
      log.debug(`${pluralize(deleted, 'older cache entry', 'older cache entries')} deleted`);
    } catch (error) {
      log.debug(`older cache entries were not deleted: ${describeProblem(error)}`);
    }
  };
}

function describeProblem(error: unknown): string {
  const remedy = error instanceof ActionError ? `. ${error.remedy}` : '';
  return describeError(error) + remedy;
}
