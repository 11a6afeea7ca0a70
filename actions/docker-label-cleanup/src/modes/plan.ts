import { resolve } from 'node:path';
import type { Outcome } from '@repo/core/action/outcome';
import { getDaemonInfo } from '@repo/docker/system';
import type { Context } from '../context.ts';
import type { Plan } from '../plan.ts';
import { writePlanFile } from '../plan-file.ts';
import { createAudit } from '../report/audit.ts';
import { report } from '../report/report.ts';
import { judge } from '../verdict.ts';

/** Writes the plan to a file, and removes nothing. */
export async function savePlan(
  { docker, inputs, action: { workspace, variable } }: Context,
  plan: Plan,
): Promise<Outcome> {
  const defaultPath = `${variable('RUNNER_TEMP') || '.'}/plan.json`;
  const planFile = resolve(workspace, inputs.planFile || defaultPath);
  const { id } = await getDaemonInfo(docker);
  await writePlanFile(planFile, id, plan.steps);
  const entries = createAudit(plan);
  return report({ verdict: judge(entries), plan, entries, planFile });
}
