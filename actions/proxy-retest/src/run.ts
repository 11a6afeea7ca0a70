import type { ActionContext } from '@repo/core/action/context';
import { debugEach } from '@repo/core/action/log';
import type { Outcome } from '@repo/core/action/outcome';
import { pluralize } from '@repo/core/text/pluralize';
import { act, NOT_ACTED } from './act.ts';
import { createContext } from './context.ts';
import type { Inputs } from './inputs.ts';
import { plan } from './plan.ts';
import { report } from './report/report.ts';
import { survey } from './survey.ts';
import { judge } from './verdict.ts';

/** Tests the endpoints that are due and writes the list; with `plan`, reports what it would test. */
export async function run(
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
  log.debug(() => {
    const rules = Object.entries(planned.byRule).map(([rule, count]) => `${rule} ${count}`);
    return `selection: ${inputs.select}, of them ${rules.join(', ')}`;
  });
  debugEach(log, planned.order, ({ id }) => {
    const history = surveyed.histories.get(id);
    const known = history ? `${history.status}, ${history.fails} failures in a row` : 'no history';
    return `endpoint ${id.slice(0, 12)}: planned, ${known}`;
  });
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
