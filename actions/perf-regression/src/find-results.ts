import type { ActionContext } from '@repo/core/action/context';
import { InputError } from '@repo/core/errors/input-error';
import { pluralize } from '@repo/core/text/pluralize';
import type { Settings } from './compare/settings.ts';
import { compare } from './compare.ts';
import type { TriggerEvent } from './event.ts';
import type { SeriesName } from './history/record.ts';
import type { HistoryStore } from './history/store.ts';
import type { Inputs } from './inputs.ts';
import type { Measured } from './measure/measure.ts';
import type { ReadResult } from './measurement.ts';
import { type Past, pastOf } from './past.ts';
import { policies } from './policies.ts';
import { uDistributions } from './statistics/u-distribution.ts';
import { readGlobs } from './survey.ts';

/** The results, read or measured, and what they say beside the past. */
export async function findResults(
  inputs: Inputs,
  event: TriggerEvent,
  store: HistoryStore | undefined,
  series: SeriesName,
  context: ActionContext,
): Promise<Measured> {
  const settings: Settings = {
    policyOf: await policies(inputs, context.workspace),
    alpha: inputs.alpha,
    minSamples: inputs.minSamples,
    normalize: inputs.normalize,
    distributions: uDistributions(),
  };
  if (inputs.mode === 'run') {
    const { measure } = await import('./measure/measure.ts');
    return measure(inputs, settings, event, context);
  }
  const results = await readOwnResults(inputs, context.workspace);
  if (results === undefined) throw new Error('the inputs let results be empty');
  context.log.info(`Read ${pluralize(results.measurements.length, 'metric')} (${results.format})`);
  const past = await pastOf(inputs, store, series, context);
  const against = describePast(past, series);
  context.log.info(`Comparing with ${against}`);
  return { results, against, ...compare(past, results, settings) };
}

/** The results of this run; `undefined` where none are named. */
export async function readOwnResults(
  { results, format }: Inputs,
  workspace: string,
): Promise<ReadResult | undefined> {
  if (results.length === 0) return undefined;
  const read = await readGlobs(results, format, workspace);
  if (read !== undefined) return read;
  throw new InputError([
    {
      where: 'results',
      given: results.map(({ glob }) => glob).join(' '),
      problem: 'matches no file',
      remedy: 'Check the path, seen from the workspace, and that the benchmark wrote it.',
    },
  ]);
}

function describePast(past: Past, { environment }: SeriesName): string {
  switch (past.kind) {
    case 'files':
      return 'the files of the baseline';
    case 'history':
      return `${pluralize(past.records.length, 'run')} of history on ${environment}`;
    case 'nothing':
      return `nothing: ${past.why}`;
  }
}
