import { resolve } from 'node:path';
import type { Annotation } from '@repo/core/action/annotation';
import type { Outcome } from '@repo/core/action/outcome';
import { describeError } from '@repo/core/errors/describe-error';
import { writeFileAtomic } from '@repo/core/files/write-file-atomic';
import { type ComparisonResult, compare } from './compare/compare.ts';
import type { Context } from './context.ts';
import { createRecord } from './history/record.ts';
import type { Plan } from './plan.ts';
import { describeShift } from './report/report.ts';
import type { Judgement } from './verdict.ts';

/**
 * Runs the planned comparison. With `mode: run` it measures both sides until they can be compared;
 * otherwise it compares what `survey` has read. The other functions of this module record and publish
 * the verdict, so the run calls them after `judge`.
 */
export async function act(
  { comparison, settings }: Plan,
  context: Context,
): Promise<ComparisonResult> {
  if (comparison.kind === 'measure') {
    const { measure } = await import('./measure/measure.ts');
    return measure(comparison.baseCommit, settings, context);
  }
  const { results, baseline, against } = comparison;
  context.action.log.info(`Comparing with ${against}`);
  return { results, against, ...compare(baseline, results, settings) };
}

/** Adds the run to the history. Returns its file; empty if the run is not recorded. */
export async function recordRun(
  { results, rows }: ComparisonResult,
  { record, accepted }: Plan,
  { store, series, sha, action }: Context,
): Promise<string> {
  if (!record || store === undefined) return '';
  const now = action.clock.now();
  return store.write([
    createRecord({ series, results, rows, run: action.run, sha, now, accepted }),
  ]);
}

/** Writes the HTML report. Returns its path; empty if `report-html` is not set. */
export async function writeHtmlReport(
  { verdict, message, rows }: Judgement,
  { against, shift }: ComparisonResult,
  { inputs, action }: Context,
): Promise<string> {
  if (inputs.reportHtml === '') return '';
  const path = resolve(action.workspace, inputs.reportHtml);
  const { htmlPage } = await import('./report/html.ts');
  const page = htmlPage({
    verdict,
    message,
    against,
    sha: action.run.sha,
    shift: describeShift(shift),
    rows,
    time: new Date(action.clock.now()).toISOString(),
  });
  await writeFileAtomic(path, page);
  return path;
}

/** Publishes the comment and the check. A refusal by GitHub becomes a warning. */
export async function publishOutcome(
  outcome: Outcome,
  { rows }: ComparisonResult,
  plan: Plan,
  { series, sha, inputs, action }: Context,
): Promise<readonly Annotation[]> {
  if (plan.publish === 'nothing') return [];
  if (plan.publish === 'other-workflow') {
    action.log.info(
      'The token of a pull request from a fork cannot write. Upload report-file, and publish it from a workflow with on: workflow_run and mode: post.',
    );
    return [];
  }
  const { publish } = await import('./publish/publish.ts');
  const publication = { outcome, rows, series, pulls: plan.pulls, sha };
  const publishErrors = await publish(publication, inputs, action);
  return publishErrors.map(({ what, error }) => ({
    level: 'warning',
    title: `No ${what}`,
    message: `The ${what} could not be written: ${describeError(error)}. ${error.remedy}`,
  }));
}
