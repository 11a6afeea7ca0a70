import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { act } from './act.ts';
import type { Check, CheckResult } from './check.ts';
import { type Context, createContext } from './context.ts';
import type { Inputs } from './inputs.ts';
import { plan } from './plan.ts';
import { report } from './report/report.ts';
import { createReportFiles } from './report/report-files.ts';
import type { SelfHealResult } from './self-heal/self-heal-result.ts';
import { survey } from './survey.ts';
import { judge } from './verdict.ts';

/** Runs the checks until each has a result, then reports and optionally starts a repair. */
export async function run(inputs: Inputs, actionContext: ActionContext): Promise<Outcome> {
  const context = createContext(inputs, actionContext);
  const { clock, log, mask } = context;

  const { network, configs } = await survey(context);
  const checks = await plan(inputs, configs);
  for (const secret of checks.flatMap((check) => check.secrets)) mask(secret);
  if (inputs.dryRun) return (await import('./modes/dry-run.ts')).dryRun(checks);
  await (await import('./warm-up.ts')).warmUp(checks);

  const startedAt = clock.now();
  const start = clock.monotonic();
  const results = await log.group(`Checking ${createTitle(checks)}`, () =>
    act(checks, network, context),
  );
  const timing = { startedAt, durationMs: clock.monotonic() - start };

  const verdict = judge(results);
  const selfHeal = await selfHealIfConfigured(results, context);
  return {
    ...report(results, verdict, timing.durationMs, inputs, selfHeal),
    files: await createReportFiles(results, timing, context),
  };
}

/** With more checks, the title has their number instead of their names. */
const MAX_NAMES = 10;

function createTitle(checks: readonly Check[]): string {
  return checks.length > MAX_NAMES
    ? `${checks.length} checks`
    : checks.map(({ name }) => name).join(', ');
}

/** Loads the module only when an input asks for it. */
async function selfHealIfConfigured(
  results: readonly CheckResult[],
  context: Context,
): Promise<SelfHealResult | undefined> {
  const { onUnhealthyWorkflow, incidentIssue } = context.inputs;
  if (onUnhealthyWorkflow === undefined && !incidentIssue) return undefined;
  const { selfHeal } = await import('./self-heal/self-heal.ts');
  const result = await selfHeal(results, context);
  context.log.debug(() => describeSelfHeal(result));
  return result;
}

/** `self-heal: deploy.yml already-started (…); incident 7 updated` */
function describeSelfHeal(result: SelfHealResult | undefined): string {
  if (result === undefined) return 'self-heal: nothing to do';
  const { workflow, incident, problems } = result;
  const parts = [
    ...(workflow
      ? [`${workflow.name} ${workflow.state}${'reason' in workflow ? ` (${workflow.reason})` : ''}`]
      : []),
    ...(incident ? [`incident ${incident.number} ${incident.state}`] : []),
    ...problems,
  ];
  return `self-heal: ${parts.join('; ')}`;
}
