import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '@repo/core/errors/input-error';
import { unreadableFile } from '@repo/core/errors/unreadable-file';
import { pluralize } from '@repo/core/text/pluralize';
import { type Baseline, findBaseline } from './baseline.ts';
import type { Context } from './context.ts';
import type { ReadResult } from './measurement.ts';
import { readOwnResults } from './result-files.ts';
import type { MetricRule } from './rules/rules.ts';

/** Read if `config` is not set. */
const DEFAULT_CONFIG = '.github/perf-regression.yml';
const CONFIG_REMEDY = 'Set the path of a YAML or JSON file in the workspace.';

/** Everything that is read before the comparison is planned. */
export interface Survey {
  /** Rules of the configuration file, then those of `metrics`. */
  readonly rules: readonly MetricRule[];
  /** `undefined` with `mode: run`, which measures them later. */
  readonly results: ReadResult | undefined;
  readonly baseline: Baseline;
}

/** Reads the rules, the results and the baseline. */
export async function survey(context: Context): Promise<Survey> {
  const { inputs, action } = context;
  const rules = await readMetricRules(context);
  const results =
    inputs.mode === 'run' ? undefined : await readOwnResults(inputs, action.workspace);
  if (results !== undefined) {
    action.log.info(`Read ${pluralize(results.measurements.length, 'metric')} (${results.format})`);
  }
  return { rules, results, baseline: await findBaseline(context) };
}

async function readMetricRules({ inputs, action }: Context): Promise<readonly MetricRule[]> {
  const sources: { readonly source: string; readonly text: string }[] = [];
  const path = inputs.config === '' ? DEFAULT_CONFIG : inputs.config;
  try {
    sources.push({ source: path, text: await readFile(resolve(action.workspace, path), 'utf8') });
  } catch (cause) {
    if (inputs.config !== '') {
      throw new InputError([unreadableFile('config', inputs.config, cause, CONFIG_REMEDY)]);
    }
  }
  if (inputs.metrics !== '') sources.push({ source: 'metrics', text: inputs.metrics });
  if (sources.length === 0) return [];
  // The rule parser loads a YAML parser, which most runs do not need.
  const { readRules } = await import('./rules/config.ts');
  const rules: MetricRule[] = [];
  for (const { source, text } of sources) rules.push(...(await readRules(text, source)));
  return rules;
}
