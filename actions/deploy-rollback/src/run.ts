import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import type { Finding } from './finding.ts';
import type { Inputs } from './inputs.ts';
import { report } from './report.ts';
import { type World, worldOf } from './world.ts';

type Mode = (world: World, context: ActionContext) => Promise<Finding>;

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
export async function run(inputs: Inputs, context: ActionContext): Promise<Outcome> {
  const isDry = inputs.mode === 'rollback' && inputs.dryRun;
  const mode = await MODES[isDry ? 'resolve' : inputs.mode]();
  return told(inputs, context, mode);
}

/** The end of the job that `mode: guard` watches over. */
export async function post(inputs: Inputs, context: ActionContext): Promise<Outcome | undefined> {
  if (inputs.mode !== 'guard') return undefined;
  const { endOfJob, isGuarded } = await import('./modes/guard.ts');
  return isGuarded(context) ? told(inputs, context, endOfJob) : undefined;
}

async function told(inputs: Inputs, context: ActionContext, mode: Mode): Promise<Outcome> {
  const start = context.clock.monotonic();
  const world = await worldOf(inputs, context);
  const found = await mode(world, context);
  return report(found, inputs, Math.round(context.clock.monotonic() - start));
}
