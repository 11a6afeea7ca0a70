import type { ActionContext } from '@repo/core/action/context';
import type { OutcomeFile } from '@repo/core/action/outcome';
import { describeError } from '@repo/core/errors/describe-error';
import type { CheckResult } from '../check.ts';
import type { Inputs } from '../inputs.ts';
import type { Took } from './junit.ts';
import { withExcerpt } from './report.ts';
import type { WorkflowFigures } from './workflow-metrics.ts';

type FileInputs = Pick<
  Inputs,
  'reportJunit' | 'reportPrometheus' | 'badgeFile' | 'bodyExcerpt' | 'githubToken'
>;

/** Time that GitHub gets to say how the workflow did, ms. */
const TIME_LIMIT = 3_000;

/** The reports that the inputs ask for, besides the JSON one. */
export async function reportFiles(
  results: readonly CheckResult[],
  took: Took,
  inputs: FileInputs,
  context: ActionContext,
): Promise<readonly OutcomeFile[]> {
  const files: OutcomeFile[] = [];
  if (inputs.reportJunit !== '') {
    const { junit } = await import('./junit.ts');
    const shown = results.map((result) => withExcerpt(result, inputs.bodyExcerpt));
    files.push({ path: inputs.reportJunit, content: junit(shown, took) });
  }
  if (inputs.reportPrometheus !== '') {
    const { prometheus } = await import('./prometheus.ts');
    const figures = await figuresOf(inputs, context);
    const content = prometheus(results, took.startedAt + took.durationMs, figures);
    files.push({ path: inputs.reportPrometheus, content });
  }
  if (inputs.badgeFile !== '') {
    const { badge } = await import('./badge.ts');
    files.push({ path: inputs.badgeFile, content: badge(results) });
  }
  return files;
}

/** A token need not be allowed to read runs: then these figures are left out, and that is said. */
async function figuresOf(
  { githubToken = '' }: FileInputs,
  context: ActionContext,
): Promise<WorkflowFigures | undefined> {
  const { run, log, redact } = context;
  if (githubToken === '' || run.runId === '') return undefined;
  const [{ connectGitHub }, { settingsOf }, { workflowFigures }] = await Promise.all([
    import('@repo/github/connect'),
    import('@repo/github/settings'),
    import('./workflow-metrics.ts'),
  ]);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(TIME_LIMIT)]);
  try {
    const github = await connectGitHub(settingsOf({ ...context, signal }, githubToken, 'read'));
    return await workflowFigures(github, run);
  } catch (error) {
    log.info(`Metrics of the workflow are left out: ${describeError(error, redact)}`);
    return undefined;
  }
}
