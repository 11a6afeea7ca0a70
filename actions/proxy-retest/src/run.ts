import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { pluralize } from '@repo/core/text/pluralize';
import { act, NOT_ACTED } from './act.ts';
import { createContext } from './context.ts';
import type { Inputs } from './inputs.ts';
import { plan } from './plan.ts';
import { report } from './report/report.ts';
import { survey } from './survey.ts';
import { judge } from './verdict.ts';

/** Retests a list, or runs one of the other modes. */
export async function run(inputs: Inputs, actionContext: ActionContext): Promise<Outcome> {
  switch (inputs.mode) {
    case 'shard':
      return (await import('./modes/shard.ts')).shard(inputs);
    case 'merge':
      return (await import('./modes/merge.ts')).merge(inputs, actionContext);
    case 'retest':
    case 'plan':
      return retest(inputs, inputs.mode, actionContext);
  }
}

/** Tests the endpoints that are due and writes the list; with `plan`, reports what it would test. */
async function retest(
  inputs: Inputs,
  mode: 'retest' | 'plan',
  actionContext: ActionContext,
): Promise<Outcome> {
  const { clock, log } = actionContext;
  const startedAt = clock.monotonic();
  const elapsedMs = () => clock.monotonic() - startedAt;

  const context = await createContext(inputs, actionContext);
  await using surveyed = await survey(context);
  const planned = plan(surveyed, inputs, { now: clock.now(), random: Math.random });
  const { records, entries } = surveyed.list;
  log.info(
    `${pluralize(records.length, 'record')}, ${pluralize(entries.length, 'endpoint')}, ${planned.selected} selected, ${planned.planned} planned`,
  );
  const acted = mode === 'plan' ? NOT_ACTED : await act(context, surveyed, planned, elapsedMs());
  const judged = judge(mode, surveyed.list, planned, acted);
  return report(context, {
    mode,
    surveyed,
    planned,
    acted,
    judged,
    durationMs: elapsedMs(),
  });
}
