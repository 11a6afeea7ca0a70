import { createHash } from 'node:crypto';
import type { RunInfo } from '@repo/core/action/run-info';
import { formatDuration } from '@repo/core/inputs/duration';
import { code, joinBlocks, type Markdown, md, table } from '@repo/core/summary/markdown';
import { plain } from '@repo/core/text/untrusted';
import { hiddenMarker } from '@repo/github/marker';
import type { CheckResult } from '../check.ts';
import { SIGNS, sentence } from '../verdict.ts';
import type { WorkflowHealing } from './self-heal-result.ts';
import { healingLine } from './self-heal-summary.ts';

/** What the text of an incident is made of. */
export interface IncidentFacts {
  readonly results: readonly CheckResult[];
  readonly run: RunInfo;
  /** The page of the run; empty outside of one. */
  readonly runUrl: string;
}

/** Longest title that GitHub takes is 256 characters. */
const LONGEST_TITLE = 200;
/** Rows of the table; the body of an issue ends at 65,536 characters. */
const MOST_ROWS = 50;

/**
 * The line by which an incident is found again: of the same workflow, job and checks. Legs of a
 * matrix differ in their checks, and have incidents of their own.
 */
export function incidentMarker({ results, run }: Pick<IncidentFacts, 'results' | 'run'>): string {
  const names = results.map(({ name }) => name).sort();
  const identity = JSON.stringify([run.workflow, run.job, names]);
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  return hiddenMarker('health-check-incident', { key });
}

export function incidentTitle({ results }: IncidentFacts): string {
  const names = unwell(results)
    .map(({ name }) => name)
    .join(', ');
  // A title has no escapes; the wide forms of @ and # are read by people only.
  return plain(`Unhealthy: ${names}`, LONGEST_TITLE)
    .replace(/@(?=\w)/g, '＠')
    .replace(/#(?=\d)/g, '＃');
}

export function incidentBody(facts: IncidentFacts, healing: WorkflowHealing | undefined): string {
  const blocks = [
    { markdown: incidentMarker(facts) },
    md`**${sentence(facts.results)}**`,
    table(
      [{ title: '' }, { title: 'Check' }, { title: 'Last seen' }],
      unwell(facts.results).map(({ status, name, reason }) => [
        md`${SIGNS[status]}`,
        code(name),
        md`${status}, ${reason}`,
      ]),
      MOST_ROWS,
    ),
    ...(healing === undefined ? [] : [healingLine(healing)]),
    md`Last looked at by ${runLink(facts)}. This issue is kept up to date, and closed when all is well again.`,
  ];
  return joinBlocks(blocks);
}

/** @param downtimeMs from the opening of the issue */
export function recoveredBody(facts: IncidentFacts, downtimeMs: number): string {
  return joinBlocks([
    { markdown: incidentMarker(facts) },
    md`**Well again after ${formatDuration(downtimeMs)}.** ${sentence(facts.results)}.`,
    md`Seen by ${runLink(facts)}.`,
  ]);
}

export function recoveredComment(facts: IncidentFacts, downtimeMs: number): string {
  return md`✅ Well again after ${formatDuration(downtimeMs)} of downtime, seen by ${runLink(facts)}.`
    .markdown;
}

function runLink({ run, runUrl }: IncidentFacts): Markdown {
  const text = md`${run.workflow || 'a run'}`;
  return runUrl === '' ? text : { markdown: `[${text.markdown}](${encodeURI(runUrl)})` };
}

function unwell(results: readonly CheckResult[]): readonly CheckResult[] {
  return results.filter(({ status }) => status === 'unhealthy' || status === 'unknown');
}
