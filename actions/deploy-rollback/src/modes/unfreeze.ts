import type { Context } from '../context.ts';
import { type Finding, finding } from '../finding.ts';
import { underLock } from '../under-lock.ts';

/** Lets deploys begin again: ends the hold, gives up what was interrupted, frees a lock that was kept. */
export async function unfreeze(context: Context): Promise<Finding> {
  const { inputs, ledger, journals, ports } = context;
  const { runId } = ports.run;
  const actor = ports.variable('GITHUB_ACTOR');
  const by = `${runId === '' ? 'a run outside of GitHub' : `run ${runId}`}${actor && ` of ${actor}`}`;
  return underLock(context, async ({ how }) => {
    const { hold } = await ledger.history();
    if (hold !== undefined) await ledger.unfreeze(by);
    const left = await journals.unfinished();
    left?.write({ event: 'ended' });
    if (inputs.incidentIssue) await (await import('../incident.ts')).closeIncident(context, by);
    const isFreed = hold !== undefined || left !== undefined || how === 'taken-over';
    const { environment } = inputs;
    return finding({
      result: isFreed ? 'done' : 'noop',
      message: isFreed ? `${environment} takes deploys again` : `${environment} was not frozen`,
    });
  });
}
