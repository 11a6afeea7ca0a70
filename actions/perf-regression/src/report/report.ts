import type { Annotation } from '@repo/core/action/annotation';
import { type Outcome, VERDICT_SIGNS } from '@repo/core/action/outcome';
import { details, heading, type Markdown, md } from '@repo/core/summary/markdown';
import { mean } from '@repo/statistics/mean';
import type { Shift } from '../compare/common-shift.ts';
import { worsening } from '../compare/limits.ts';
import type { MetricResult, MetricState } from '../compare/metric-result.ts';
import { formatChange } from '../format-value.ts';
import type { SeriesName } from '../history/record.ts';
import { type Counts, describeMetric, type Judgement } from '../verdict.ts';
import { mermaidTrend } from './mermaid.ts';
import { rowsTable, SIGNS } from './rows.ts';

/** Everything that a report contains. */
export interface ReportInput {
  readonly judgement: Judgement;
  readonly series: SeriesName;
  readonly shift: Shift;
  readonly format: string;
  /** What the results were compared with: `12 runs of history on linux-x64`. */
  readonly against: string;
  /** Sentences; untrusted text. */
  readonly warnings: readonly string[];
  /** Whether a label of the pull request accepts regressions. */
  readonly accepted: boolean;
  /** Empty if the run was not recorded. */
  readonly historyFile: string;
  /** Empty if no HTML report was written. */
  readonly htmlFile: string;
}

/** Limits the size of the JSON report. */
const MAX_ROWS = 2_000;
/** States whose rows are shown unfolded. */
const NOTABLE: readonly MetricState[] = [
  'fail',
  'warn',
  'unknown',
  'failed',
  'missing',
  'renamed',
  'improved',
];

/** The outcome of the run: outputs, JSON report, summary and annotations. */
export function report(input: ReportInput): Outcome {
  const { judgement, series, shift, format, against, warnings, accepted } = input;
  const { historyFile, htmlFile } = input;
  const { verdict, message, rows, counts } = judgement;
  return {
    verdict,
    message,
    outputs: toOutputs({ rows, counts, shift, historyFile, htmlFile }),
    result: {
      kind: 'judged',
      series,
      format,
      against,
      accepted,
      counts,
      shift: { ...shift },
      warnings,
      ...(historyFile !== '' && { historyFile }),
      rows: rows.slice(0, MAX_ROWS),
      omittedRows: Math.max(0, rows.length - MAX_ROWS),
    },
    summary: buildSummary(input),
    annotations: buildAnnotations(judgement, warnings),
  };
}

export interface OutputValues {
  /** Most important first. */
  readonly rows: readonly MetricResult[];
  readonly counts: Counts;
  readonly shift: Shift;
  readonly historyFile: string;
  readonly htmlFile: string;
}

export function toOutputs({
  rows,
  counts,
  shift,
  historyFile,
  htmlFile,
}: OutputValues): Outcome['outputs'] {
  const worst = rows.find(({ state }) => state === 'fail' || state === 'warn');
  return {
    regressions: counts.fail,
    improvements: counts.improved,
    warnings: counts.warn,
    inconclusive: counts.unknown,
    missing: counts.missing + counts.failed + counts.renamed,
    worst: worst === undefined ? '' : describeMetric(worst),
    'geomean-ratio': geometricMean(rows)?.toPrecision(6) ?? '',
    'common-shift': Number(shift.ratio.toPrecision(6)),
    'history-file': historyFile,
    'report-html': htmlFile,
  };
}

/** Markdown for the job summary, the comment and the check. */
function buildSummary({
  judgement: { verdict, message, rows },
  shift,
  against,
  warnings,
  accepted,
}: ReportInput): readonly Markdown[] {
  const notable = rows.filter(({ state }) => NOTABLE.includes(state));
  // The rows are sorted by state, so the notable ones come first.
  const others = rows.slice(notable.length);
  const worst = notable[0];
  return [
    heading(2, md`${VERDICT_SIGNS[verdict]} perf-regression: ${verdict}`),
    md`${message}. Compared with ${against}.`,
    ...(accepted ? [md`A label of the pull request accepts regressions.`] : []),
    md`${describeShift(shift)}`,
    ...warnings.map((warning) => md`> ${warning}`),
    ...(notable.length > 0 ? rowsTable(notable) : []),
    ...(worst ? mermaidTrend(worst) : []),
    ...(others.length > 0
      ? [details(md`${others.length} more: unchanged, new or not gated`, rowsTable(others))]
      : []),
  ];
}

/** The common shift in one sentence; a report always contains it. */
export function describeShift({ ratio, applied, reference, benchmarks }: Shift): string {
  const change = formatChange(ratio);
  if (reference) {
    return `The reference benchmarks changed by ${change}; this shift is removed from all results.`;
  }
  if (benchmarks < 4) {
    return benchmarks === 0
      ? 'No common shift was computed.'
      : `Too few benchmarks (${benchmarks}) to detect a common shift.`;
  }
  return applied
    ? `All ${benchmarks} benchmarks together changed by ${change}; this shift is removed from all results.`
    : `The median change of ${benchmarks} benchmarks is ${change}; no common shift is removed.`;
}

/** The geometric mean of all ratios, oriented so that a value above 1 is worse. */
function geometricMean(rows: readonly MetricResult[]): number | undefined {
  const logs = rows.flatMap(({ ratio, better }) =>
    ratio !== undefined && ratio > 0 && (better === 'lower' || better === 'higher')
      ? [worsening(Math.log(ratio), better)]
      : [],
  );
  if (logs.length === 0) return undefined;
  return Math.exp(mean(logs));
}

const LEVELS: Readonly<Partial<Record<MetricState, Annotation['level']>>> = {
  fail: 'error',
  warn: 'warning',
  unknown: 'warning',
  failed: 'warning',
  missing: 'warning',
  renamed: 'warning',
};

function buildAnnotations(
  { rows, verdict, message }: Judgement,
  warnings: readonly string[],
): readonly Annotation[] {
  const found = rows.flatMap((row): readonly Annotation[] => {
    const level = LEVELS[row.state];
    return level === undefined
      ? []
      : [{ level, title: `${SIGNS[row.state]} ${row.benchmark}`, message: describeMetric(row) }];
  });
  // Without this, a step that could not judge anything looks like one that passed.
  const unknown: readonly Annotation[] =
    verdict === 'unknown' && found.length === 0
      ? [{ level: 'warning', title: 'No metric was judged', message }]
      : [];
  return [
    ...found,
    ...unknown,
    ...warnings.map(
      (warning): Annotation => ({ level: 'warning', title: 'perf-regression', message: warning }),
    ),
  ];
}
