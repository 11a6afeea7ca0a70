import type { Annotation } from '@repo/core/annotation';
import { formatDuration } from '@repo/core/inputs/duration';
import type { Outcome, OutputValue, Verdict } from '@repo/core/outcome';
import { details, heading, type Markdown, md, table } from '@repo/core/summary/markdown';
import { type Changes, type Guard, hasDied, hasRevived } from './changes.ts';
import type { Choice } from './choose.ts';
import type { Finding } from './history/history.ts';
import type { Findings, Survey } from './survey.ts';

export type StopReason = 'done' | 'budget' | 'cancelled' | 'void';

/** What a run did, as facts. */
export interface Facts {
  readonly mode: 'retest' | 'plan' | 'merge' | 'shard-run';
  readonly found: Survey;
  readonly choice: Choice | undefined;
  readonly changes: Changes;
  /** How many findings come from a run before that was stopped. */
  readonly resumed: number;
  readonly guard: Guard | undefined;
  readonly changed: boolean;
  readonly stopReason: StopReason;
  readonly list: string;
  readonly state: string;
  readonly brokenState: number;
  /** What there is to say besides. */
  readonly notes: readonly string[];
  readonly durationMs: number;
}

interface Numbers {
  readonly total: number;
  readonly planned: number;
  readonly tested: number;
  readonly alive: number;
  readonly died: number;
  readonly revived: number;
  readonly unsure: number;
  readonly void: number;
  readonly skipped: number;
  readonly invalid: number;
  /** Of those that were selected and due, percent. */
  readonly coverage: number;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
}

/** A run in all the forms that people and workflows read. */
export function report(facts: Facts): Outcome {
  const numbers = count(facts);
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
    summary: summaryOf(facts, numbers, message),
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

function count({ found, choice, changes }: Facts): Numbers {
  const states = { alive: 0, failed: 0, void: 0, skipped: 0 };
  const latencies: number[] = [];
  let died = 0;
  let revived = 0;
  let unsure = 0;
  const published = new Map(found.entries.map((entry) => [entry.id, entry.published]));
  for (const [id, change] of changes) {
    const { finding, after } = change;
    states[finding.state]++;
    if (finding.state === 'alive') latencies.push(finding.latency);
    if (finding.state === 'failed' && after?.status === 'unsure') unsure++;
    if (hasDied(change, published.get(id) ?? {})) died++;
    if (hasRevived(change, published.get(id) ?? {})) revived++;
  }
  latencies.sort((a, b) => a - b);
  const due = choice ? choice.order.length : changes.size;
  return {
    total: found.records.length,
    planned: choice?.planned ?? 0,
    tested: states.alive + states.failed,
    alive: states.alive,
    died,
    revived,
    unsure,
    void: states.void,
    skipped: states.skipped,
    invalid: found.invalid.count,
    coverage: due === 0 ? 100 : Number(((100 * Math.min(changes.size, due)) / due).toFixed(1)),
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
  };
}

/** Nearest rank, rounded to 0.1 ms. */
function quantile(sorted: readonly number[], share: number): number | undefined {
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return value === undefined ? undefined : Number(value.toFixed(1));
}

/**
 * `unknown`: nothing could be judged; `fail`: nothing that was tested answers; `warn`: the guard held
 * the old list, or some could not be judged.
 */
function verdictOf({ mode, stopReason, guard }: Facts, numbers: Numbers): Verdict {
  if (mode === 'plan') return 'pass';
  if (stopReason === 'void') return 'unknown';
  if (guard?.holds || numbers.void > 0) return 'warn';
  if (numbers.tested > 0 && numbers.alive === 0) return 'fail';
  return 'pass';
}

function sentence({ mode, choice, guard, stopReason, changed }: Facts, n: Numbers): string {
  if (mode === 'plan') {
    return `Would test ${n.planned} of ${choice?.selected ?? 0} selected endpoints within the budget`;
  }
  if (stopReason === 'void') return 'Nothing was judged: no target answered directly';
  const parts = [
    `${n.alive} of ${n.tested} tested endpoints are alive`,
    n.died > 0 ? `${n.died} died` : '',
    n.revived > 0 ? `${n.revived} revived` : '',
    n.void > 0 ? `${n.void} not judged` : '',
    n.skipped > 0 ? `${n.skipped} skipped` : '',
    n.invalid > 0 ? `${n.invalid} invalid` : '',
    STOPS[stopReason],
    guard?.holds ? 'the list stays as it was: too many failed at once' : '',
    changed || guard?.holds ? '' : 'nothing worth writing changed',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const STOPS: Readonly<Record<StopReason, string>> = {
  done: '',
  budget: 'stopped at the end of the budget',
  cancelled: 'cancelled, and what was tested is kept',
  void: '',
};

function resultOf(facts: Facts, { p50, p95, ...numbers }: Numbers): unknown {
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

interface FailureCount {
  readonly phase: string;
  readonly kind: string;
  readonly count: number;
  /** One of them, in words. */
  readonly example: string;
}

function failuresOf(changes: Changes): readonly FailureCount[] {
  const counts = new Map<string, FailureCount>();
  for (const { finding } of changes.values()) {
    const place = placeOf(finding);
    if (place === undefined) continue;
    const key = `${place.phase} ${place.kind}`;
    const before = counts.get(key);
    counts.set(key, {
      ...place,
      count: (before?.count ?? 0) + 1,
      example: before?.example ?? place.example,
    });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function placeOf(finding: Finding): Omit<FailureCount, 'count'> | undefined {
  switch (finding.state) {
    case 'alive':
      return undefined;
    case 'failed':
      return { phase: finding.phase, kind: finding.kind, example: finding.message };
    case 'skipped':
      return { phase: 'none', kind: finding.kind, example: finding.message };
    case 'void':
      return { phase: 'none', kind: 'void', example: finding.message };
  }
}

function summaryOf(facts: Facts, n: Numbers, message: string): readonly Markdown[] {
  const { choice, found, notes } = facts;
  const failures = failuresOf(facts.changes);
  const rows: [string, string][] = [
    ['records', `${n.total} (${found.entries.length} endpoints, ${n.invalid} invalid)`],
    ...(choice ? [ruleRow(choice)] : []),
    ['tested', `${n.tested} (${n.coverage} % of what was due)`],
    ['alive', `${n.alive}`],
    ['died / revived / unsure', `${n.died} / ${n.revived} / ${n.unsure}`],
    ['latency p50 / p95', `${n.p50 ?? '–'} / ${n.p95 ?? '–'} ms`],
    ['took', formatDuration(facts.durationMs)],
  ];
  return [
    heading(2, md`proxy-retest`),
    md`${message}`,
    ...notes.map((note) => md`${note}`),
    table(
      [{ title: 'What' }, { title: 'Figure', align: 'right' }],
      rows.map(([what, figure]) => [md`${what}`, md`${figure}`]),
    ),
    ...(failures.length === 0 ? [] : [failureTable(failures)]),
    ...folded('records that could not be read', found.invalid),
    ...folded('records with something odd, tested all the same', found.problems),
  ];
}

function ruleRow({ byRule, selected, resting }: Choice): [string, string] {
  const { failed, unstable, slow, old } = byRule;
  return [
    'selected',
    `${selected} (failed ${failed}, unstable ${unstable}, slow ${slow}, old ${old}; ${resting} resting)`,
  ];
}

function failureTable(failures: readonly FailureCount[]): Markdown {
  return details(md`Why ${failures.reduce((sum, { count }) => sum + count, 0)} did not answer`, [
    table(
      [
        { title: 'Phase' },
        { title: 'Kind' },
        { title: 'How many', align: 'right' },
        { title: 'For example' },
      ],
      failures.map(({ phase, kind, count, example }) => [
        md`${phase}`,
        md`${kind}`,
        md`${count}`,
        md`${example}`,
      ]),
    ),
  ]);
}

function folded(title: string, { count, first }: Findings): readonly Markdown[] {
  if (count === 0) return [];
  return [
    details(md`${count} ${title}`, [
      table(
        [{ title: 'Record', align: 'right' }, { title: 'Why' }],
        first.map(({ record, why }) => [md`${record}`, md`${why}`]),
      ),
      ...(count > first.length ? [md`… and ${count - first.length} more.`] : []),
    ]),
  ];
}

function annotationsOf({
  found,
  guard,
  brokenState,
  notes,
  stopReason,
}: Facts): readonly Annotation[] {
  const warnings: [title: string, message: string][] = [];
  const tell = ({ count, first }: Findings, title: string) => {
    if (count === 0) return;
    const some = first.slice(0, 3).map(({ record, why }) => `record ${record}: ${why}`);
    warnings.push([`${count} ${title}`, `${some.join('; ')}. They stay in the list as they are.`]);
  };
  tell(found.invalid, 'records could not be read');
  tell(found.problems, 'records are not as they should be');
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
