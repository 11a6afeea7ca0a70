import type { Annotation } from '@repo/core/action/annotation';
import type { Outcome, OutputValue, Verdict } from '@repo/core/action/outcome';
import { pluralize } from '@repo/core/text/pluralize';
import { failuresOf } from './report/failures.ts';
import { countRun, type Numbers } from './report/numbers.ts';
import { summaryOf } from './report/summary.ts';
import type { RunFacts, StopReason } from './run-facts.ts';
import type { Findings } from './survey.ts';

/** A run in all the forms that people and workflows read. */
export function report(facts: RunFacts): Outcome {
  const numbers = countRun(facts);
  const verdict = verdictOf(facts, numbers);
  const message = sentence(facts, numbers);
  return {
    verdict,
    message,
    outputs: {
      ...NO_OUTPUTS,
      total: numbers.total,
      planned: numbers.planned,
      tested: numbers.tested,
      alive: numbers.alive,
      died: numbers.died,
      revived: numbers.revived,
      void: numbers.void,
      skipped: numbers.skipped,
      invalid: numbers.invalid,
      coverage: numbers.coverage,
      'latency-p50': numbers.p50 ?? '',
      'latency-p95': numbers.p95 ?? '',
      changed: facts.changed,
      'stop-reason': facts.stopReason,
      list: facts.list,
      state: facts.state,
    },
    result: resultOf(facts, numbers),
    summary: summaryOf(facts, numbers, { verdict, message }),
    annotations: annotationsOf(facts),
  };
}

/** All outputs of the action, as they are when nothing was done. */
export const NO_OUTPUTS: Readonly<Record<string, OutputValue>> = {
  total: 0,
  planned: 0,
  tested: 0,
  alive: 0,
  died: 0,
  revived: 0,
  void: 0,
  skipped: 0,
  invalid: 0,
  coverage: 0,
  'latency-p50': '',
  'latency-p95': '',
  changed: false,
  'stop-reason': 'done',
  matrix: '',
  list: '',
  state: '',
};

/**
 * `unknown`: nothing could be judged, or no record could be read; `fail`: nothing that was tested answers; `warn`: the guard held
 * the old list, or some could not be judged.
 */
function verdictOf({ mode, stopReason, guard, found }: RunFacts, numbers: Numbers): Verdict {
  if (namesNothing(found)) return 'unknown';
  if (mode === 'plan') return 'pass';
  if (stopReason === 'void' || isUnjudged(numbers)) return 'unknown';
  if (guard?.holds || numbers.void > 0) return 'warn';
  if (numbers.tested > 0 && numbers.alive === 0) return 'fail';
  return 'pass';
}

/** Something was to be tested, and nothing was, e.g. as no address is public. */
function isUnjudged({ planned, tested, void: unjudged, skipped }: Numbers): boolean {
  return tested === 0 && planned + unjudged + skipped > 0;
}

/** Probably another file than the one that was meant. */
function namesNothing({ records, entries }: RunFacts['found']): boolean {
  return records.length > 0 && entries.length === 0;
}

function sentence(
  { mode, choice, guard, stopReason, changed, found }: RunFacts,
  n: Numbers,
): string {
  if (namesNothing(found)) return `None of ${pluralize(n.total, 'record')} names an endpoint`;
  if (mode === 'plan') {
    return `Would test ${n.planned} of ${choice?.selected ?? 0} selected endpoints within the budget`;
  }
  if (stopReason === 'void') return 'Nothing was judged: no target answered directly';
  const parts = [
    isUnjudged(n) ? 'Nothing was judged' : `${n.alive} of ${n.tested} tested endpoints are alive`,
    n.died > 0 ? `${n.died} died` : '',
    n.revived > 0 ? `${n.revived} revived` : '',
    n.void > 0 ? `${n.void} not judged` : '',
    n.skipped > 0 ? `${n.skipped} skipped` : '',
    n.invalid > 0 ? `${n.invalid} invalid` : '',
    STOPS[stopReason],
    guard?.holds ? 'the list stays as it was: too many failed at once' : '',
    changed || guard?.holds || isUnjudged(n) ? '' : 'nothing worth writing changed',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const STOPS: Readonly<Record<StopReason, string>> = {
  done: '',
  budget: 'stopped at the end of the budget',
  cancelled: 'cancelled, and what was tested is kept',
  void: '',
};

function resultOf(facts: RunFacts, { p50, p95, ...numbers }: Numbers): unknown {
  const { mode, found, choice, guard, changed, stopReason, resumed, notes, durationMs } = facts;
  return {
    mode,
    stopReason,
    changed,
    numbers,
    list: {
      format: found.list.format,
      records: found.records.length,
      endpoints: found.entries.length,
    },
    latency: { p50: p50 ?? null, p95: p95 ?? null },
    selection: choice
      ? { byRule: choice.byRule, selected: choice.selected, resting: choice.resting }
      : null,
    failures: failuresOf(facts.changes),
    guard: guard ?? null,
    resumed,
    invalid: found.invalid.first,
    problems: found.problems.first,
    notes,
    testedPerSecond: Number((numbers.tested / Math.max(0.001, durationMs / 1_000)).toFixed(1)),
  };
}

function annotationsOf({
  found,
  guard,
  brokenState,
  notes,
  stopReason,
}: RunFacts): readonly Annotation[] {
  const warnings: [title: string, message: string][] = [];
  const tell = ({ count, first }: Findings, title: string) => {
    if (count === 0) return;
    const some = first.slice(0, 3).map(({ record, why }) => `record ${record}: ${why}`);
    warnings.push([
      `${pluralize(count, 'record')} ${title}`,
      `${some.join('; ')}. They stay in the list as they are.`,
    ]);
  };
  tell(found.invalid, 'could not be read');
  tell(found.problems, 'not as it should be');
  if (found.records.length === 0) warnings.push(['The list is empty', 'It holds no record.']);
  if (brokenState > 0) {
    warnings.push(['The state is damaged', `${brokenState} of its lines cannot be read.`]);
  }
  if (stopReason === 'void') {
    warnings.push(['Nothing was judged', 'No target answered directly; the list stays as it was.']);
  }
  if (guard?.holds) {
    warnings.push([
      'Too many failed at once',
      `Of ${guard.tested} that were alive, ${guard.retained} still answer; the list stays as it was. See min-retain-ratio.`,
    ]);
  }
  for (const note of notes) warnings.push(['Note', note]);
  return warnings.map(([title, message]) => ({ level: 'warning', title, message }));
}
