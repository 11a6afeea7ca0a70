import type { Annotation } from '@repo/core/action/annotation';
import type { Outcome } from '@repo/core/action/outcome';
import { pluralize } from '@repo/core/text/pluralize';
import type { Context } from '../context.ts';
import type { RecordIssues } from '../list/list.ts';
import { type CompletedRun, collectNotes } from './completed-run.ts';
import { DEFAULT_OUTPUTS } from './default-outputs.ts';
import { countFailures } from './failures.ts';
import { renderSummary } from './summary.ts';

/** Turns a run into outputs, the JSON report, the job summary and annotations; pure. */
export function report({ paths }: Pick<Context, 'paths'>, run: CompletedRun): Outcome {
  const { acted, judged } = run;
  const { verdict, message, stats } = judged;
  return {
    verdict,
    message,
    outputs: {
      ...DEFAULT_OUTPUTS,
      total: stats.total,
      planned: stats.planned,
      tested: stats.tested,
      alive: stats.alive,
      died: stats.died,
      revived: stats.revived,
      inconclusive: stats.inconclusive,
      skipped: stats.skipped,
      invalid: stats.invalid,
      coverage: stats.coverage,
      'latency-p50': stats.p50 ?? '',
      'latency-p95': stats.p95 ?? '',
      changed: acted.changed,
      'stop-reason': acted.stopReason,
      list: paths.output,
      state: paths.state,
    },
    result: createResult(run),
    summary: renderSummary(run),
    annotations: createAnnotations(run),
  };
}

/** The field `result` of the JSON report; see report.schema.json. */
function createResult({
  mode,
  surveyed,
  planned,
  acted,
  judged,
  durationMs,
}: CompletedRun): unknown {
  const { list, resumed } = surveyed;
  const { p50, p95, ...stats } = judged.stats;
  return {
    mode,
    stopReason: acted.stopReason,
    changed: acted.changed,
    stats,
    list: {
      format: list.content.format,
      records: list.records.length,
      endpoints: list.entries.length,
    },
    latency: { p50: p50 ?? null, p95: p95 ?? null },
    selection: planned
      ? { byRule: planned.byRule, selected: planned.selected, resting: planned.resting }
      : null,
    failures: countFailures(acted.changes),
    guard: acted.guard ?? null,
    resumed: resumed.size,
    invalid: list.invalid.first,
    problems: list.problems.first,
    notes: collectNotes(surveyed, acted),
    testedPerSecond: Number((stats.tested / Math.max(0.001, durationMs / 1_000)).toFixed(1)),
  };
}

function createAnnotations({ surveyed, acted }: CompletedRun): readonly Annotation[] {
  const { list, invalidStateLines } = surveyed;
  const { guard, stopReason } = acted;
  const warnings: (readonly [title: string, message: string])[] = [
    ...describeIssues(list.invalid, 'invalid', 'They are kept in the list and are not tested.'),
    ...describeIssues(list.problems, 'with invalid fields', 'They are tested anyway.'),
  ];
  if (list.records.length === 0) warnings.push(['The list is empty', 'It has no records.']);
  if (invalidStateLines > 0) {
    warnings.push(['The state is damaged', `${invalidStateLines} of its lines cannot be parsed.`]);
  }
  if (stopReason === 'targets-down') {
    warnings.push(['Nothing was tested', 'No target answered directly. The list was not changed.']);
  }
  if (guard?.triggered) {
    warnings.push([
      'Too many endpoints failed at once',
      `Of ${guard.tested} endpoints that were alive, ${guard.retained} still answer. The list was not changed. See min-retain-ratio.`,
    ]);
  }
  for (const note of collectNotes(surveyed, acted)) warnings.push(['Note', note]);
  return warnings.map(([title, message]) => ({ level: 'warning', title, message }));
}

function describeIssues(
  { count, first }: RecordIssues,
  kind: string,
  consequence: string,
): readonly (readonly [title: string, message: string])[] {
  if (count === 0) return [];
  const examples = first.slice(0, 3).map(({ record, reason }) => `record ${record}: ${reason}`);
  return [[`${pluralize(count, 'record')} ${kind}`, `${examples.join('; ')}. ${consequence}`]];
}
