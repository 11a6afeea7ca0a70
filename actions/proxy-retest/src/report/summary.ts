import { VERDICT_SIGNS } from '@repo/core/action/outcome';
import { formatDuration } from '@repo/core/inputs/duration';
import { details, heading, type Markdown, md, table } from '@repo/core/summary/markdown';
import { pluralize } from '@repo/core/text/pluralize';
import type { RecordIssues } from '../list/list.ts';
import type { Plan } from '../plan.ts';
import { type CompletedRun, collectNotes } from './completed-run.ts';
import { countFailures, type FailureCount } from './failures.ts';

/** The job summary: the verdict, the numbers, then the details. */
export function renderSummary({
  surveyed,
  planned,
  acted,
  judged,
  durationMs,
}: CompletedRun): readonly Markdown[] {
  const { verdict, message, stats } = judged;
  const { list } = surveyed;
  const failures = countFailures(acted.changes);
  const rows: [string, string][] = [
    [
      'records',
      `${stats.total} (${pluralize(list.entries.length, 'endpoint')}, ${stats.invalid} invalid)`,
    ],
    ...(planned ? [formatSelection(planned)] : []),
    ['tested', `${stats.tested} (${stats.coverage}% of the selected endpoints)`],
    ['alive', `${stats.alive}`],
    ['died / revived / unconfirmed', `${stats.died} / ${stats.revived} / ${stats.unconfirmed}`],
    ['latency p50 / p95', `${stats.p50 ?? '–'} / ${stats.p95 ?? '–'} ms`],
    ['duration', formatDuration(durationMs)],
  ];
  return [
    heading(2, md`${VERDICT_SIGNS[verdict]} proxy-retest: ${verdict}`),
    md`${message}`,
    ...collectNotes(surveyed, acted).map((note) => md`${note}`),
    table(
      [{ title: 'Metric' }, { title: 'Value', align: 'right' }],
      rows.map(([metric, value]) => [md`${metric}`, md`${value}`]),
    ),
    ...(failures.length === 0 ? [] : [renderFailures(failures)]),
    ...renderIssues('invalid', list.invalid),
    ...renderIssues('with invalid fields, tested anyway', list.problems),
  ];
}

function formatSelection({ byRule, selected, resting }: Plan): [string, string] {
  const { failed, unstable, slow, old } = byRule;
  return [
    'selected',
    `${selected} (failed ${failed}, unstable ${unstable}, slow ${slow}, old ${old}; ${resting} resting)`,
  ];
}

function renderFailures(failures: readonly FailureCount[]): Markdown {
  const total = failures.reduce((sum, { count }) => sum + count, 0);
  return details(md`Why ${pluralize(total, 'endpoint')} did not answer`, [
    table(
      [
        { title: 'Phase' },
        { title: 'Kind' },
        { title: 'Count', align: 'right' },
        { title: 'Example' },
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

function renderIssues(title: string, { count, first }: RecordIssues): readonly Markdown[] {
  if (count === 0) return [];
  return [
    details(md`${pluralize(count, 'record')} ${title}`, [
      table(
        [{ title: 'Record', align: 'right' }, { title: 'Reason' }],
        first.map(({ record, reason }) => [md`${record}`, md`${reason}`]),
      ),
      ...(count > first.length ? [md`… and ${count - first.length} more.`] : []),
    ]),
  ];
}
