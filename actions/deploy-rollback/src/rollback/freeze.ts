import type { Context } from '../context.ts';
import type { Journal } from '../journal/journal.ts';
import { getProgress, getTouched } from '../journal/progress.ts';
import type { Decided } from './decision.ts';
import type { LockOptions } from './lock.ts';

/**
 * Publishes the incident of a frozen environment, and finishes the journal. The ledger entry of
 * `record` blocks the next deploy already.
 */
export async function freeze(context: Context, journal: Journal, decided: Decided): Promise<void> {
  const isFrozen = decided.result === 'rolled-back' || decided.result === 'failed';
  if (context.inputs.incidentIssue && isFrozen && getProgress(journal).incident === undefined) {
    const { publishIncident } = await import('./incident.ts');
    const issueUrl = await publishIncident(context, journal, decided);
    journal.write({ event: 'incident-published', issueUrl });
  }
  journal.write({ event: 'finished' });
}

/** Keeps the lock after a failed or interrupted rollback, so that no deploy starts before a repair. */
export function keepLockAfterFailure({ journals }: Context): LockOptions {
  return {
    getKeepReason: ({ result, message }, keptReason) =>
      result === 'failed' ? message : result === 'rolled-back' ? undefined : keptReason,
    isHalfDone: async () => {
      const unfinished = await journals.unfinished();
      const progress = unfinished && getProgress(unfinished);
      return (
        progress !== undefined && (getTouched(progress).size > 0 || progress.decided !== undefined)
      );
    },
  };
}
