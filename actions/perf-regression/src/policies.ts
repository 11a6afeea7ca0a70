import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '@repo/core/errors/input-error';
import { unreadableFile } from '@repo/core/errors/unreadable-file';
import type { PolicyOf } from './compare/pairing.ts';
import type { Inputs } from './inputs.ts';
import { type MetricRule, policyFor } from './rules/rules.ts';

/** Read when `config` is not given. */
const CONFIG = '.github/perf-regression.yml';
const REMEDY = 'Give the path of a YAML or JSON file in the workspace.';

/** What holds for each metric: the configuration file, then `metrics`, then the two inputs. */
export async function policies(
  { metrics, config, warnThreshold, failThreshold }: Inputs,
  workspace: string,
): Promise<PolicyOf> {
  const sources: { readonly source: string; readonly text: string }[] = [];
  const path = config === '' ? CONFIG : config;
  try {
    sources.push({ source: path, text: await readFile(resolve(workspace, path), 'utf8') });
  } catch (cause) {
    if (config !== '') {
      throw new InputError([unreadableFile('config', config, cause, REMEDY)]);
    }
  }
  if (metrics !== '') sources.push({ source: 'metrics', text: metrics });
  const rules: MetricRule[] = [];
  if (sources.length > 0) {
    const { readRules } = await import('./rules/config.ts');
    for (const { source, text } of sources) rules.push(...(await readRules(text, source)));
  }
  const defaults = { warn: warnThreshold, fail: failThreshold };
  if (rules.length === 0) {
    const policy = policyFor(rules, defaults, { benchmark: '', metric: '' });
    return () => policy;
  }
  const known = new Map<string, ReturnType<typeof policyFor>>();
  return (name) => {
    const key = `${name.benchmark}\n${name.metric}`;
    const policy = known.get(key) ?? policyFor(rules, defaults, name);
    known.set(key, policy);
    return policy;
  };
}
