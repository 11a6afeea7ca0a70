import type { ActionContext } from '@repo/core/action/context';
import { debugEach } from '@repo/core/action/log';
import type { Outcome } from '@repo/core/action/outcome';
import { describeEndpoint } from '@repo/docker/endpoint';
import { DaemonError, DaemonUnreachable } from '@repo/docker/errors';
import { findEndpoint } from '@repo/docker/find-endpoint';
import { act } from './act.ts';
import { createContext } from './context.ts';
import type { Inputs } from './inputs.ts';
import { describeDecision, plan } from './plan.ts';
import { auditMissing, createAudit } from './report/audit.ts';
import { reportDeferred, reportUnknown } from './report/empty-report.ts';
import { report } from './report/report.ts';
import { SETUP_TOKEN, setupLabel } from './selection/owner.ts';
import { getLabelGroups } from './selection/selection.ts';
import { describeSelector, type LabelGroup } from './selection/selector.ts';
import { survey } from './survey.ts';
import { judge } from './verdict.ts';

/** The main step of the action. */
export async function run(inputs: Inputs, action: ActionContext): Promise<Outcome> {
  return inputs.when === 'post'
    ? reportDeferred('deferred', 'Will clean up at the end of the job')
    : cleanUp(inputs, action);
}

/** The end of the job, which also runs after a failure or a cancel. */
export async function post(inputs: Inputs, action: ActionContext): Promise<Outcome | undefined> {
  if (inputs.mode === 'lint') return undefined;
  if (inputs.mode === 'setup') {
    const token = action.state.read(SETUP_TOKEN);
    return token === '' ? undefined : cleanUp(inputs, action, [setupLabel(token)]);
  }
  return inputs.when === 'main' ? undefined : cleanUp(inputs, action);
}

/** Removes the selected objects; with `mode: plan`, writes the plan. */
async function cleanUp(
  inputs: Inputs,
  action: ActionContext,
  owner: LabelGroup = [],
): Promise<Outcome> {
  const endpoint = await findEndpoint(inputs, action.variable);
  const daemon = describeEndpoint(endpoint);
  const signal = AbortSignal.any([action.signal, AbortSignal.timeout(inputs.timeout)]);
  try {
    using context = await createContext(inputs, { ...action, signal }, endpoint, owner);
    const labels = describeSelector(getLabelGroups(context.policy));
    action.log.info(`Looking for ${labels} on ${daemon}`);

    const inventory = await survey(context);
    const removalPlan = plan(inventory, context.policy);
    debugEach(action.log, removalPlan.decisions, describeDecision);
    if (inputs.mode === 'plan') {
      return await (await import('./modes/plan.ts')).savePlan(context, removalPlan);
    }
    const results = await act(context, removalPlan, inventory.self);
    const entries = [
      ...createAudit(removalPlan, results),
      ...auditMissing(context.approvedPlan, removalPlan),
    ];
    const verdict = judge(entries, results.buildCache);
    return report({ verdict, plan: removalPlan, entries, buildCache: results.buildCache });
  } catch (error) {
    // runAction reports a cancel.
    if (action.signal.aborted) throw error;
    if (signal.aborted) return reportUnknown(daemon, signal.reason);
    const isDaemonError = error instanceof DaemonUnreachable || error instanceof DaemonError;
    if (isDaemonError) return reportUnknown(daemon, error);
    throw error;
  }
}
