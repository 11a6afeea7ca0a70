import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { type Context, createContext } from './context.ts';
import type { Finding } from './finding.ts';
import type { Inputs } from './inputs.ts';
import { report } from './report.ts';

type Mode = (context: Context, actionContext: ActionContext) => Promise<Finding>;

/** What each mode does; loaded when it is used. */
const MODES: Readonly<Record<Inputs['mode'], () => Promise<Mode>>> = {
  snapshot: async () => (await import('./modes/snapshot.ts')).snapshot,
  rollback: async () => (await import('./rollback/rollback.ts')).rollback,
  resolve: async () => (await import('./modes/resolve.ts')).resolve,
  mark: async () => (await import('./modes/mark.ts')).mark,
  check: async () => (await import('./modes/check.ts')).check,
  unfreeze: async () => (await import('./modes/unfreeze.ts')).unfreeze,
  guard: async () => (await import('./modes/guard.ts')).guard,
};

/** Keeps, brings back, or tells, as the mode says. */
export async function run(inputs: Inputs, actionContext: ActionContext): Promise<Outcome> {
  const isDry = inputs.mode === 'rollback' && inputs.dryRun;
  const mode = await MODES[isDry ? 'resolve' : inputs.mode]();
  return told(inputs, actionContext, mode);
}

/** The end of the job that `mode: guard` watches over. */
export async function post(
  inputs: Inputs,
  actionContext: ActionContext,
): Promise<Outcome | undefined> {
  if (inputs.mode !== 'guard') return undefined;
  const { endOfJob, isGuarded } = await import('./modes/guard.ts');
  return isGuarded(actionContext) ? told(inputs, actionContext, endOfJob) : undefined;
}

async function told(inputs: Inputs, actionContext: ActionContext, mode: Mode): Promise<Outcome> {
  const start = actionContext.clock.monotonic();
  const context = await createContext(inputs, actionContext);
  const found = await mode(context, actionContext);
  return report(found, inputs, Math.round(actionContext.clock.monotonic() - start));
}
