import { resolve } from 'node:path';
import type { Annotation } from '@repo/core/action/annotation';
import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { describeError } from '@repo/core/errors/describe-error';
import { writeFileAtomic } from '@repo/core/files/write-file-atomic';
import { readEvent, type TriggerEvent } from './event.ts';
import { findResults, readOwnResults } from './find-results.ts';
import { openStore } from './history/open-store.ts';
import type { SeriesName } from './history/record.ts';
import { recordOf, shouldRecord } from './history/recording.ts';
import type { Inputs } from './inputs.ts';
import type { Measured } from './measure/measure.ts';
import { report, shiftSentence } from './report/report.ts';
import { byInterest, countStates } from './verdict.ts';

/** Reads or measures the results, judges them by the past, remembers them, and tells. */
export async function run(inputs: Inputs, context: ActionContext): Promise<Outcome> {
  if (inputs.mode === 'post') return (await import('./post/post.ts')).post(inputs, context);
  const event = await readEvent(context.variable('GITHUB_EVENT_PATH'));
  const series = seriesOf(inputs);
  const store = await openStore(inputs, context);
  const sha = event.pullRequest?.headSha || context.run.sha;
  if (inputs.mode === 'record' && store !== undefined) {
    const { recordOnly } = await import('./history/record-only.ts');
    const results = await readOwnResults(inputs, context.workspace);
    return recordOnly(inputs, results, { series, store, sha }, context);
  }
  const found = await findResults(inputs, event, store, series, context);
  const accepted = event.pullRequest?.labels.includes(inputs.acceptLabel) ?? false;
  const recording = { ...found, series, accepted, sha, run: context.run };
  const historyFile =
    store !== undefined && shouldRecord(inputs.record, context.run, event)
      ? await store.write([recordOf({ ...recording, now: context.clock.now() })])
      : '';
  const { reportHtml } = inputs;
  const htmlFile = reportHtml === '' ? '' : resolve(context.workspace, reportHtml);
  const outcome = report(
    {
      ...{ ...found, series, historyFile, htmlFile, accepted },
      counts: countStates(found.rows),
      format: found.results.format,
      notes: found.results.warnings,
    },
    inputs.failOn === 'missing',
  );
  if (htmlFile !== '') await writeHtml(htmlFile, outcome, found, context);
  const untold = await tellGitHub(outcome, found, { series, sha, event }, inputs, context);
  return { ...outcome, annotations: [...outcome.annotations, ...untold] };
}

/** A different machine is another series: its numbers say nothing about this one. */
function seriesOf({ suite, environment }: Inputs): SeriesName {
  return { suite, environment: environment || `${process.platform}-${process.arch}` };
}

async function writeHtml(
  path: string,
  { verdict, message }: Outcome,
  { against, shift, rows }: Measured,
  { run, clock }: ActionContext,
): Promise<void> {
  const { htmlPage } = await import('./report/html.ts');
  const page = htmlPage({
    ...{ verdict, message, against, sha: run.sha, shift: shiftSentence(shift) },
    rows: byInterest(rows),
    time: new Date(clock.now()).toISOString(),
  });
  await writeFileAtomic(path, page);
}

/** The comment and the check; where they cannot be, the run says so and is what it was. */
async function tellGitHub(
  outcome: Outcome,
  { rows }: Measured,
  about: { series: SeriesName; sha: string; event: TriggerEvent },
  inputs: Inputs,
  context: ActionContext,
): Promise<readonly Annotation[]> {
  const { pullRequest } = about.event;
  const pulls = pullRequest === undefined ? [] : [pullRequest.number];
  if (!inputs.check && (inputs.comment === 'never' || pulls.length === 0)) return [];
  if (pullRequest?.fromFork) {
    context.log.info(
      'The token of a pull request from a fork cannot write. Upload report-file, and let a workflow with on: workflow_run post it (mode: post).',
    );
    return [];
  }
  const { tell } = await import('./tell/tell.ts');
  const untold = await tell({ ...about, outcome, rows, pulls }, inputs, context);
  return untold.map(({ what, error }) => ({
    level: 'warning',
    title: `No ${what}`,
    message: `The ${what} could not be written: ${describeError(error)}. ${error.remedy}`,
  }));
}
