import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { type Context, createContext } from './context.ts';
import type { Inputs } from './inputs.ts';
import { getOpenAttempt, getProgress } from './journal/progress.ts';
import type { ModeResult } from './mode-result.ts';
import { report } from './report/report.ts';
import { shortSha } from './revision.ts';
import { apply, startAttempt } from './rollback/apply.ts';
import { type Decided, type Decision, decide, noTarget, superseded } from './rollback/decision.ts';
import { freeze, keepLockAfterFailure } from './rollback/freeze.ts';
import { withLock } from './rollback/lock.ts';
import { precheck, type StartedRollback } from './rollback/precheck.ts';
import { preflight } from './rollback/preflight.ts';
import { record, recordFailures, toResult } from './rollback/record.ts';
import { resolve } from './rollback/resolve.ts';
import { restoreCurrent, safetySnapshot } from './rollback/safety-snapshot.ts';
import { verify } from './rollback/verify.ts';
import { judge } from './verdict.ts';

type Mode = (context: Context, actionContext: ActionContext) => Promise<ModeResult>;

const MODES: Readonly<Record<Inputs['mode'], () => Promise<Mode>>> = {
  snapshot: async () => (await import('./modes/snapshot.ts')).snapshot,
  rollback: async () => rollback,
  resolve: async () => (await import('./modes/resolve.ts')).dryRun,
  mark: async () => (await import('./modes/mark.ts')).mark,
  check: async () => (await import('./modes/check.ts')).check,
  unfreeze: async () => (await import('./modes/unfreeze.ts')).unfreeze,
  guard: async () => (await import('./modes/guard.ts')).guard,
};

export async function run(inputs: Inputs, actionContext: ActionContext): Promise<Outcome> {
  const isDryRun = inputs.mode === 'rollback' && inputs.dryRun;
  return runMode(inputs, actionContext, await MODES[isDryRun ? 'resolve' : inputs.mode]());
}

/** Finishes `mode: guard` at the end of the job. */
export async function post(inputs: Inputs, actionContext: ActionContext) {
  if (inputs.mode !== 'guard') return undefined;
  const { finishGuard, isGuarded } = await import('./modes/guard.ts');
  if (!isGuarded(actionContext)) return undefined;
  return runMode(inputs, actionContext, (context) => finishGuard(context, rollback));
}

async function runMode(inputs: Inputs, actionContext: ActionContext, mode: Mode): Promise<Outcome> {
  const startMs = actionContext.clock.monotonic();
  const result = await mode(await createContext(inputs, actionContext), actionContext);
  const durationMs = Math.round(actionContext.clock.monotonic() - startMs);
  return report(result, judge(result, inputs), inputs, durationMs);
}

/** Restores the last good release. Each next step follows from the journal, also after a kill. */
export async function rollback(context: Context): Promise<ModeResult> {
  const work = async (): Promise<ModeResult> => {
    const start = await precheck(context);
    if (start.kind === 'answered') return start.result;
    const decided = await restore(context, start);
    await record(context, start.journal, decided);
    await freeze(context, start.journal, decided);
    return toResult(context, start, decided);
  };
  return withLock(context, work, keepLockAfterFailure(context));
}

async function restore(context: Context, started: StartedRollback): Promise<Decided> {
  const { journal, history } = started;
  for (;;) {
    const { decided } = getProgress(journal);
    if (decided !== undefined) return decided;
    await recordFailures(context, journal, history);
    const decision = decide(journal, context.inputs) ?? (await attempt(context, started));
    if (decision !== undefined) journal.write({ event: 'decided', ...decision });
  }
}

/** Continues the open attempt, or starts the next one. */
async function attempt(context: Context, started: StartedRollback): Promise<Decision | undefined> {
  const { journal } = started;
  const open = getOpenAttempt(journal);
  if (open === undefined) return startNextAttempt(context, started);
  return context.ports.log.group(`Restoring ${shortSha(open.plan.revision)}`, async () => {
    const applied = await apply(context, journal, open);
    if (applied.kind === 'superseded') return superseded(journal, applied.by);
    if (applied.kind === 'applied') await verify(context, journal, open, applied.targets);
    return undefined;
  });
}

async function startNextAttempt(context: Context, { journal, history }: StartedRollback) {
  const { attempts } = getProgress(journal);
  const candidates = await resolve(context, { ...journal.started, history, attempts });
  const choice = await preflight(context, candidates, journal.started);
  if (choice.candidate === undefined) {
    return attempts.length > 0 ? restoreCurrent(context, journal) : noTarget(journal, choice);
  }
  await safetySnapshot(context, journal);
  startAttempt(journal, choice.candidate, choice);
  return undefined;
}
