import { type Outcome, VERDICT_SIGNS } from '@repo/core/action/outcome';
import { formatDuration } from '@repo/core/inputs/duration';
import { details, heading, type Markdown, md, table } from '@repo/core/summary/markdown';
import { pluralize } from '@repo/core/text/pluralize';
import type { Choice } from '../choose.ts';
import type { RunFacts } from '../run-facts.ts';
import type { Findings } from '../survey.ts';
import { type FailureCount, failuresOf } from './failures.ts';
import type { Numbers } from './numbers.ts';

/** The job summary: the answer, the figures, then what they come from. */
export function summaryOf(
  facts: RunFacts,
  n: Numbers,
  { verdict, message }: Pick<Outcome, 'verdict' | 'message'>,
): readonly Markdown[] {
  const { choice, found, notes } = facts;
  const failures = failuresOf(facts.changes);
  const rows: [string, string][] = [
    [
      'records',
      `${n.total} (${pluralize(found.entries.length, 'endpoint')}, ${n.invalid} invalid)`,
    ],
    ...(choice ? [ruleRow(choice)] : []),
    ['tested', `${n.tested} (${n.coverage} % of what was due)`],
    ['alive', `${n.alive}`],
    ['died / revived / unsure', `${n.died} / ${n.revived} / ${n.unsure}`],
    ['latency p50 / p95', `${n.p50 ?? '–'} / ${n.p95 ?? '–'} ms`],
    ['took', formatDuration(facts.durationMs)],
  ];
  return [
    heading(2, md`${VERDICT_SIGNS[verdict]} proxy-retest: ${verdict}`),
    md`${message}`,
    ...notes.map((note) => md`${note}`),
    table(
      [{ title: 'What' }, { title: 'Figure', align: 'right' }],
      rows.map(([what, figure]) => [md`${what}`, md`${figure}`]),
    ),
    ...(failures.length === 0 ? [] : [failureTable(failures)]),
    ...folded('that could not be read', found.invalid),
    ...folded('with something odd, tested all the same', found.problems),
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
    details(md`${pluralize(count, 'record')} ${title}`, [
      table(
        [{ title: 'Record', align: 'right' }, { title: 'Why' }],
        first.map(({ record, why }) => [md`${record}`, md`${why}`]),
      ),
      ...(count > first.length ? [md`… and ${count - first.length} more.`] : []),
    ]),
  ];
}
