import type { ActionContext } from '@repo/core/action/context';
import type { Context } from '../context.ts';
import { createResult, type ModeResult } from '../mode-result.ts';
import { mark } from './mark.ts';
import { snapshot } from './snapshot.ts';

/** The state by which the post step knows that the job is guarded. */
const GUARDED = 'guarded';

/** Takes a snapshot. The post step marks the release as good, or rolls back. */
export async function guard(context: Context, { state }: ActionContext): Promise<ModeResult> {
  const result = await snapshot(context);
  // A deploy that must not start needs no rollback.
  if (result.result === 'done') state.save(GUARDED, 'true');
  return result;
}

export function isGuarded({ state }: ActionContext): boolean {
  return state.read(GUARDED) !== '';
}

/**
 * Marks the release of a successful job as good, and rolls back after a failed or cancelled one. The
 * runner evaluates the inputs again for the post step, `job.status` included.
 */
export async function finishGuard(
  context: Context,
  rollback: (context: Context) => Promise<ModeResult>,
): Promise<ModeResult> {
  const { inputs, ports } = context;
  switch (inputs.jobStatus.toLowerCase()) {
    case 'success':
      return mark({ ...context, inputs: { ...inputs, mark: 'good', revision: undefined } });
    case 'failure':
    case 'cancelled':
      ports.log.info(`The job status is ${inputs.jobStatus}.`);
      return rollback(context);
    default:
      return createResult({
        result: 'failed',
        message: 'job-status is missing, so nothing was rolled back',
        remedy: 'Remove job-status from the inputs, so that its default applies.',
      });
  }
}
