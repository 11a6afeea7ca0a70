import { resolve } from 'node:path';
import type { Annotation } from '@repo/core/annotation';
import type { ActionContext } from '@repo/core/context';
import { InputError } from '@repo/core/errors/input-error';
import type { Outcome } from '@repo/core/outcome';
import { writeWhole } from '@repo/core/report';
import type { Topic } from './comment.ts';
import type { Settings } from './compare/settings.ts';
import { compare } from './compare.ts';
import { readEvent, type TriggerEvent } from './event.ts';
import { openStore } from './history/open-store.ts';
import type { SeriesName } from './history/record.ts';
import { recordOf, shouldRecord } from './history/recording.ts';
import type { HistoryStore } from './history/store.ts';
import type { Inputs } from './inputs.ts';
import type { Measured } from './measure/measure.ts';
import { type Past, pastOf } from './past.ts';
import { policies } from './policies.ts';
import { report, shiftSentence } from './report/report.ts';
import { uDistributions } from './statistics/u-distribution.ts';
import { readGlobs } from './survey.ts';
import { byInterest, hasNews } from './verdict.ts';

/** Reads or measures the results, judges them by the past, remembers them, and tells. */
export async function run(inputs: Inputs, context: ActionContext): Promise<Outcome> {
  const { workspace, variable, clock } = context;
  const event = await readEvent(variable('GITHUB_EVENT_PATH'));
  const settings: Settings = {
    policyOf: await policies(inputs, workspace),
    alpha: inputs.alpha,
    minSamples: inputs.minSamples,
    normalize: inputs.normalize,
    distributions: uDistributions(),
  };
  const store = openStore(inputs, context);
  const series = seriesOf(inputs);
  const found = await find(inputs, settings, event, store, series, context);

  const { pullRequest } = event;
  const accepted = pullRequest?.labels.includes(inputs.acceptLabel) ?? false;
  const historyFile =
    store !== undefined && shouldRecord(inputs.record, context.run, event)
      ? await store.write(
          recordOf({
            ...{ ...found, series, accepted, run: context.run, now: clock.now() },
            sha: pullRequest?.headSha || context.run.sha,
          }),
        )
      : '';
  const { format, warnings } = found.results;
  const htmlFile = inputs.reportHtml === '' ? '' : resolve(workspace, inputs.reportHtml);
  const outcome = report(
    { ...found, format, notes: warnings, historyFile, htmlFile, accepted },
    inputs.failOn === 'missing',
  );
  if (htmlFile !== '') await writeHtml(htmlFile, outcome, found, context);
  if (pullRequest === undefined || inputs.comment === 'never') return outcome;
  const onlyUpdate = inputs.comment === 'on-change' && !hasNews(found.rows);
  return told(outcome, { pullRequest, series, onlyUpdate }, inputs, context);
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
  await writeWhole(path, page);
}

/** Tells the pull request, too; where that cannot be, the run says so and is what it was. */
async function told(
  outcome: Outcome,
  topic: Topic,
  { githubToken = '' }: Inputs,
  context: ActionContext,
): Promise<Outcome> {
  if (topic.pullRequest.fromFork) {
    context.log.info('A pull request from a fork cannot be commented on with its own token.');
    return outcome;
  }
  const { comment } = await import('./comment.ts');
  const failure = await comment(outcome, topic, githubToken, context);
  if (failure === undefined) return outcome;
  const warning: Annotation = { level: 'warning', title: 'No comment', message: failure };
  return { ...outcome, annotations: [...outcome.annotations, warning] };
}

/** The results, and what they say beside the past. */
async function find(
  inputs: Inputs,
  settings: Settings,
  event: TriggerEvent,
  store: HistoryStore | undefined,
  series: SeriesName,
  context: ActionContext,
): Promise<Measured> {
  if (inputs.mode === 'run') {
    const { measure } = await import('./measure/measure.ts');
    return measure(inputs, settings, event, context);
  }
  const results = await readGlobs(inputs.results, inputs.format, context.workspace);
  if (results === undefined) throw nothingRead(inputs);
  context.log.info(`Read ${results.measurements.length} metrics (${results.format})`);
  const past = await pastOf(inputs, store, series, context);
  const against = describePast(past, series);
  context.log.info(`Comparing with ${against}`);
  return { results, against, ...compare(past, results, settings) };
}

/** A different machine is another series: its numbers say nothing about this one. */
function seriesOf({ suite, environment }: Inputs): SeriesName {
  return { suite, environment: environment || `${process.platform}-${process.arch}` };
}

function describePast(past: Past, { environment }: SeriesName): string {
  switch (past.kind) {
    case 'files':
      return 'the files of the baseline';
    case 'history':
      return `${past.records.length === 1 ? '1 run' : `${past.records.length} runs`} of history on ${environment}`;
    case 'nothing':
      return `nothing: ${past.why}`;
  }
}

function nothingRead({ results }: Inputs): InputError {
  return new InputError([
    {
      where: 'results',
      given: results.map(({ glob }) => glob).join(' '),
      problem: 'matches no file',
      remedy: 'Check the path, seen from the workspace, and that the benchmark wrote it.',
    },
  ]);
}
