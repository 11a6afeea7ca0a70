import type { Context } from '../context.ts';
import { createResult, type ModeResult } from '../mode-result.ts';
import { withLock } from '../rollback/lock.ts';

/** Allows deploys again: ends the freeze, discards an interrupted rollback, releases a kept lock. */
export async function unfreeze(context: Context): Promise<ModeResult> {
  const { inputs, ledger, journals, ports } = context;
  const { runId } = ports.run;
  const actor = ports.variable('GITHUB_ACTOR');
  const by = `${runId === '' ? 'a run outside GitHub' : `run ${runId}`}${actor && ` of ${actor}`}`;
  return withLock(context, async ({ how }) => {
    const { freeze } = await ledger.history();
    if (freeze !== undefined) await ledger.unfreeze(by);
    const unfinished = await journals.unfinished();
    unfinished?.write({ event: 'finished' });
    if (inputs.incidentIssue)
      await (await import('../rollback/incident.ts')).closeIncident(context, by);
    const isChanged = freeze !== undefined || unfinished !== undefined || how === 'taken-over';
    const { environment } = inputs;
    return createResult({
      result: isChanged ? 'done' : 'noop',
      message: isChanged ? `${environment} accepts deploys again` : `${environment} was not frozen`,
    });
  });
}
