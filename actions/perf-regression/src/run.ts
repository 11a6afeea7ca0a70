import type { ActionContext } from '@repo/core/action/context';
import { debugEach } from '@repo/core/action/log';
import type { Outcome } from '@repo/core/action/outcome';
import { act, publishOutcome, recordRun, writeHtmlReport } from './act.ts';
import { createContext } from './context.ts';
import { debugPlan, describeRow } from './debug-lines.ts';
import type { Inputs } from './inputs.ts';
import { plan } from './plan.ts';
import { report } from './report/report.ts';
import { survey } from './survey.ts';
import { judge } from './verdict.ts';

/**
 * Compares results with a baseline, records them in the history, and reports. `mode: run` differs
 * only in that the results are measured by `act`, not read by `survey`.
 */
export async function run(inputs: Inputs, action: ActionContext): Promise<Outcome> {
  const context = await createContext(inputs, action);
  if (inputs.mode === 'post') return (await import('./modes/post.ts')).post(context);
  if (inputs.mode === 'record') return (await import('./modes/record.ts')).record(context);

  const surveyed = await survey(context);
  const planned = plan(surveyed, context);
  debugPlan(surveyed, planned, context);
  const comparison = await act(planned, context);
  const judgement = judge(comparison.rows, {
    strict: inputs.failOn === 'missing',
    accepted: planned.accepted,
  });
  debugEach(action.log, judgement.rows, (row) => describeRow(row, planned.settings));
  const historyFile = await recordRun(comparison, planned, context);
  const htmlFile = await writeHtmlReport(judgement, comparison, context);
  const outcome = report({
    judgement,
    series: context.series,
    shift: comparison.shift,
    format: comparison.results.format,
    against: comparison.against,
    warnings: comparison.results.warnings,
    accepted: planned.accepted,
    historyFile,
    htmlFile,
  });
  const publishWarnings = await publishOutcome(outcome, comparison, planned, context);
  return { ...outcome, annotations: [...outcome.annotations, ...publishWarnings] };
}
