import type { ActionContext } from '@repo/core/action/context';
import type { Context } from '../context.ts';
import { type Finding, finding } from '../finding.ts';
import { rollback } from '../rollback/rollback.ts';
import { mark } from './mark.ts';
import { snapshot } from './snapshot.ts';

/** The state in which main leaves that there is something to guard. */
const GUARDED = 'guarded';

/** Keeps what runs now; the end of the job decides what becomes of it. */
export async function guard(context: Context, { state }: ActionContext): Promise<Finding> {
  const kept = await snapshot(context);
  // A deploy that may not begin needs no rollback.
  if (kept.result === 'done') state.save(GUARDED, 'true');
  return kept;
}

export function isGuarded({ state }: ActionContext): boolean {
  return state.read(GUARDED) !== '';
}

/**
 * The end of the job: one that went well makes its release good, one that failed or was cancelled
 * is rolled back. The runner reads the inputs anew for this, `job.status` with them.
 */
export async function endOfJob(context: Context): Promise<Finding> {
  const { inputs, ports } = context;
  switch (inputs.jobStatus.toLowerCase()) {
    case 'success':
      return mark({ ...context, inputs: { ...inputs, mark: 'good', revision: undefined } });
    case 'failure':
    case 'cancelled':
      ports.log.info(`The job has ended with "${inputs.jobStatus}".`);
      return rollback(context);
    default:
      return finding({
        result: 'failed',
        message: 'nobody says how the job has ended, so nothing was rolled back',
        remedy: 'Leave job-status at its default.',
      });
  }
}
