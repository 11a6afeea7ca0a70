import type { Annotation } from '@repo/core/action/annotation';
import { type Outcome, VERDICT_SIGNS } from '@repo/core/action/outcome';
import { details, heading, type Markdown, md } from '@repo/core/summary/markdown';
import { mean } from '@repo/statistics/mean';
import type { Shift } from '../compare/common-shift.ts';
import type { Judged } from '../compare/judged.ts';
import { worsening } from '../compare/limits.ts';
import { formatChange } from '../format-value.ts';
import type { SeriesName } from '../history/record.ts';
import { byInterest, type Counts, describe, sentence, verdictOf } from '../verdict.ts';
import { mermaidTrend } from './mermaid.ts';
import { rowsTable, SIGNS } from './rows.ts';

/** Everything that a run found, before it is told. */
export interface Findings {
  readonly series: SeriesName;
  readonly rows: readonly Judged[];
  readonly counts: Counts;
  readonly shift: Shift;
  readonly format: string;
  /** What was compared with: `baseline files`, `12 runs of history (linux-x64)`, `nothing`. */
  readonly against: string;
  /** Sentences; text from outside. */
  readonly notes: readonly string[];
  readonly historyFile: string;
  readonly htmlFile: string;
  /** Whether a label of the pull request accepts what got worse. */
  readonly accepted: boolean;
}

/** Rows that the report lists; the JSON of 100,000 helps nobody. */
const MOST_ROWS = 2_000;
/** Rows that are shown unfolded. */
const INTERESTING = ['fail', 'warn', 'unknown', 'failed', 'missing', 'renamed', 'improved'];

/** What was found, in all the forms that people and workflows read. */
export function report(findings: Findings, strict: boolean): Outcome {
  const { series, counts, shift, format, against, notes, historyFile, accepted } = findings;
  const rows = byInterest(findings.rows);
  const judged = verdictOf(counts, strict);
  const verdict = accepted && judged === 'fail' ? 'warn' : judged;
  const message = `${sentence(rows, counts)}${accepted && judged === 'fail' ? '; accepted by label' : ''}`;
  return {
    verdict,
    message,
    outputs: outputsOf({ ...findings, rows }),
    result: {
      kind: 'judged',
      series,
      format,
      against,
      accepted,
      counts,
      shift: { ...shift },
      notes,
      ...(historyFile !== '' && { historyFile }),
      rows: rows.slice(0, MOST_ROWS),
      rowsLeftOut: Math.max(0, rows.length - MOST_ROWS),
    },
    summary: summaryOf(rows, findings, verdict, message),
    annotations: annotationsOf(rows, notes, verdict, message),
  };
}

/** The outputs; the rows with what matters first. */
export function outputsOf({
  rows,
  counts,
  shift,
  historyFile,
  htmlFile,
}: Pick<Findings, 'rows' | 'counts' | 'shift' | 'historyFile' | 'htmlFile'>): Outcome['outputs'] {
  const worst = rows.find(({ state }) => state === 'fail' || state === 'warn');
  return {
    regressions: counts.fail,
    improvements: counts.improved,
    warnings: counts.warn,
    inconclusive: counts.unknown,
    missing: counts.missing + counts.failed + counts.renamed,
    worst: worst === undefined ? '' : describe(worst),
    'geomean-ratio': geomean(rows)?.toPrecision(6) ?? '',
    'common-shift': Number(shift.ratio.toPrecision(6)),
    'history-file': historyFile,
    'report-html': htmlFile,
  };
}

/** The report as blocks of Markdown, for the job summary and the comment. */
function summaryOf(
  rows: readonly Judged[],
  { shift, against, notes, accepted }: Findings,
  verdict: Outcome['verdict'],
  message: string,
): readonly Markdown[] {
  const interesting = rows.filter(({ state }) => INTERESTING.includes(state));
  const others = rows.slice(interesting.length);
  const worst = interesting[0];
  return [
    heading(2, md`${VERDICT_SIGNS[verdict]} perf-regression: ${verdict}`),
    md`${message}. Compared with ${against}.`,
    ...(accepted ? [md`A label of the pull request accepts what got worse.`] : []),
    md`${shiftSentence(shift)}`,
    ...notes.map((note) => md`> ${note}`),
    ...(interesting.length > 0 ? rowsTable(interesting) : []),
    ...(worst ? mermaidTrend(worst) : []),
    ...(others.length > 0
      ? [details(md`${others.length} more, unchanged, new or not gated`, rowsTable(others))]
      : []),
  ];
}

/** By how much everything moved, always said. */
export function shiftSentence({ ratio, applied, reference, benchmarks }: Shift): string {
  const together = formatChange(ratio);
  if (reference) return `The reference moved by ${together}, which is divided out.`;
  if (benchmarks < 4) {
    return benchmarks === 0
      ? 'No common shift was looked for.'
      : `Too few benchmarks (${benchmarks}) to see whether the machine was slower.`;
  }
  return applied
    ? `All ${benchmarks} benchmarks together moved by ${together}, which is divided out.`
    : `The middle of ${benchmarks} benchmarks moved by ${together}; nothing is divided out.`;
}

/** The geometric mean of all ratios, seen so that above 1 is worse. */
function geomean(rows: readonly Judged[]): number | undefined {
  const logs = rows.flatMap(({ ratio, better }) =>
    ratio !== undefined && ratio > 0 && (better === 'lower' || better === 'higher')
      ? [worsening(Math.log(ratio), better)]
      : [],
  );
  if (logs.length === 0) return undefined;
  return Math.exp(mean(logs));
}

const LEVELS: Readonly<Partial<Record<Judged['state'], Annotation['level']>>> = {
  fail: 'error',
  warn: 'warning',
  unknown: 'warning',
  failed: 'warning',
  missing: 'warning',
  renamed: 'warning',
};

function annotationsOf(
  rows: readonly Judged[],
  notes: readonly string[],
  verdict: Outcome['verdict'],
  message: string,
): readonly Annotation[] {
  const found = rows.flatMap((row): readonly Annotation[] => {
    const level = LEVELS[row.state];
    return level === undefined
      ? []
      : [{ level, title: `${SIGNS[row.state]} ${row.benchmark}`, message: describe(row) }];
  });
  // A step that passes although it could not judge must not look like one that could.
  const unsure: readonly Annotation[] =
    verdict === 'unknown' && found.length === 0
      ? [{ level: 'warning', title: 'Nothing could be judged', message }]
      : [];
  return [
    ...found,
    ...unsure,
    ...notes.map(
      (note): Annotation => ({ level: 'warning', title: 'perf-regression', message: note }),
    ),
  ];
}
