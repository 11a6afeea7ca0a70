import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import type { Inputs } from '../inputs.ts';
import { reportDeferred } from '../report/empty-report.ts';
import { formatLabelArguments, runLabel, SETUP_TOKEN, setupLabel } from '../selection/owner.ts';

/** Outputs labels for the objects of this job, which are removed at the end of the job. */
export function setup(inputs: Inputs, { run, state, log }: ActionContext): Outcome {
  const token = crypto.randomUUID().replaceAll('-', '');
  const owner = [...(run.runId === '' ? [] : [runLabel(run)]), setupLabel(token)];
  const labelArgs = formatLabelArguments(inputs.labels, owner);
  state.save(SETUP_TOKEN, token);
  log.info(`label-args: ${labelArgs}`);
  return reportDeferred(
    'setup',
    'Objects labelled with label-args will be removed at the end of the job',
    labelArgs,
  );
}
