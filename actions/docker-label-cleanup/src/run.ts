import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { heading, md } from '@repo/core/summary/markdown';
import type { Inputs } from './inputs.ts';
import { labelArguments, newToken, runLabel, setupLabel } from './owner.ts';
import { NO_OUTPUTS } from './report.ts';

/** The state in which `mode: setup` leaves the token of its label. */
const TOKEN = 'setup-token';

/** Cleans, plans, looks into compose files, or gives out labels, as the inputs say. */
export async function run(inputs: Inputs, context: ActionContext): Promise<Outcome> {
  switch (inputs.mode) {
    case 'lint':
      return (await import('./lint/lint.ts')).lint(inputs, context);
    case 'setup':
      return setup(inputs, context);
    default:
      if (inputs.when === 'post') return nothingYet('Will clean up at the end of the job');
      return (await import('./clean.ts')).clean(inputs, context);
  }
}

/** At the end of the job, after a failure or a cancel too. */
export async function post(inputs: Inputs, context: ActionContext): Promise<Outcome | undefined> {
  const token = context.state.read(TOKEN);
  const cleansUp = inputs.mode === 'setup' ? token !== '' : inputs.when !== 'main';
  if (!cleansUp || inputs.mode === 'lint') return undefined;
  const { clean } = await import('./clean.ts');
  return clean(inputs, context, inputs.mode === 'setup' ? [setupLabel(token)] : []);
}

/** Gives out the labels by which this job's objects are known, and removed at its end. */
function setup(inputs: Inputs, { run: info, state, log }: ActionContext): Outcome {
  const token = newToken();
  const owner = [...(info.runId === '' ? [] : [runLabel(info)]), setupLabel(token)];
  const labelArgs = labelArguments(inputs.labels, owner);
  state.save(TOKEN, token);
  log.info(`label-args: ${labelArgs}`);
  return nothingYet('Objects with label-args will be removed at the end of the job', labelArgs);
}

function nothingYet(message: string, labelArgs = ''): Outcome {
  return {
    verdict: 'pass',
    message,
    outputs: { ...NO_OUTPUTS, 'label-args': labelArgs },
    result: { mode: labelArgs === '' ? 'later' : 'setup', labelArgs },
    summary: [heading(2, md`docker-label-cleanup`), md`${message}`],
    annotations: [],
  };
}
