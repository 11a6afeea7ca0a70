import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { InputError } from '@repo/core/errors/input-error';
import { unreadableFile } from '@repo/core/errors/unreadable-file';
import { act } from './act.ts';
import type { Check, CheckResult } from './check.ts';
import type { Config } from './config.ts';
import type { Inputs } from './inputs.ts';
import { dryRun } from './modes/dry-run.ts';
import { networkOf } from './network.ts';
import { plan } from './plan.ts';
import { report } from './report/report.ts';
import { createReportFiles } from './report/report-files.ts';
import type { SelfHealResult } from './self-heal/self-heal-result.ts';

/** Carries out the checks that the inputs ask for, and tells what became of them. */
export async function run(inputs: Inputs, context: ActionContext): Promise<Outcome> {
  const { clock, log, signal, workspace, variable, mask } = context;
  const network = await networkOf(inputs, workspace);
  const checks = await plan(inputs, await configs(inputs, workspace));
  for (const secret of checks.flatMap((check) => check.secrets)) mask(secret);
  if (inputs.dryRun) return dryRun(checks);
  await (await import('./warm-up.ts')).warmUp(checks);

  const startedAt = clock.now();
  const start = clock.monotonic();
  const results = await log.group(`Checking ${titleOf(checks)}`, () =>
    act(checks, network, inputs.concurrency, {
      log,
      clock,
      signal,
      random: Math.random,
      machine: { workspace, variable },
    }),
  );
  const took = { startedAt, durationMs: clock.monotonic() - start };
  const selfHeal = await selfHealIfConfigured(results, inputs, context);
  const files = await createReportFiles(results, took, inputs, context);
  return { ...report(results, took.durationMs, inputs, selfHeal), files };
}

/** With more checks than this, their number says more than their names. */
const MOST_NAMES = 10;

function titleOf(checks: readonly Check[]): string {
  return checks.length > MOST_NAMES
    ? `${checks.length} checks`
    : checks.map(({ name }) => name).join(', ');
}

/** Loads the module only when an input asks for it. */
async function selfHealIfConfigured(
  results: readonly CheckResult[],
  inputs: Inputs,
  context: ActionContext,
): Promise<SelfHealResult | undefined> {
  if (inputs.onUnhealthyWorkflow === undefined && !inputs.incidentIssue) return undefined;
  const { selfHeal } = await import('./self-heal/self-heal.ts');
  return selfHeal(results, inputs, context);
}

async function configs({ checks, config }: Inputs, workspace: string): Promise<readonly Config[]> {
  const sources: { name: string; text: string }[] = [];
  if (checks !== '') sources.push({ name: 'checks', text: checks });
  if (config !== '') {
    const text = await readFile(resolve(workspace, config), 'utf8').catch((error) => {
      throw new InputError([unreadableFile('config', config, error)]);
    });
    sources.push({ name: config, text });
  }
  if (sources.length === 0) return [];
  const { readConfig } = await import('./config.ts');
  return Promise.all(sources.map(({ name, text }) => readConfig(text, name)));
}
