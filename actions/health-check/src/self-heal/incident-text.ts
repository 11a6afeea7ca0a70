import { createHash } from 'node:crypto';
import type { RunInfo } from '@repo/core/action/run-info';
import { formatDuration } from '@repo/core/inputs/duration';
import { code, joinBlocks, type Markdown, md, table } from '@repo/core/summary/markdown';
import { plain } from '@repo/core/text/untrusted';
import { hiddenMarker } from '@repo/github/marker';
import { type CheckResult, STATUS_SIGNS } from '../check.ts';
import { judge } from '../verdict.ts';
import type { DispatchResult } from './self-heal-result.ts';
import { dispatchLine } from './self-heal-summary.ts';

/** The content of an incident. */
export interface IncidentFacts {
  readonly results: readonly CheckResult[];
  readonly run: RunInfo;
  /** The page of the run; empty outside of GitHub Actions. */
  readonly runUrl: string;
}

/** GitHub allows 256 characters. */
const MAX_TITLE_LENGTH = 200;
/** Rows of the table; GitHub allows 65,536 characters in the body of an issue. */
const MAX_ROWS = 50;

/**
 * The marker that identifies the incident of a workflow, a job and a set of checks. Matrix jobs with
 * different checks have separate incidents.
 */
export function incidentMarker({ results, run }: Pick<IncidentFacts, 'results' | 'run'>): string {
  const names = results.map(({ name }) => name).sort();
  const identity = JSON.stringify([run.workflow, run.job, names]);
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  return hiddenMarker('health-check-incident', { key });
}

export function incidentTitle({ results }: IncidentFacts): string {
  const names = failedChecks(results)
    .map(({ name }) => name)
    .join(', ');
  // Titles have no escape syntax, so full-width characters replace @ and #.
  return plain(`Unhealthy: ${names}`, MAX_TITLE_LENGTH)
    .replace(/@(?=\w)/g, '＠')
    .replace(/#(?=\d)/g, '＃');
}

export function incidentBody(facts: IncidentFacts, dispatched: DispatchResult | undefined): string {
  const blocks = [
    { markdown: incidentMarker(facts) },
    md`**${judge(facts.results).message}**`,
    table(
      [{ title: '' }, { title: 'Check' }, { title: 'Latest result' }],
      failedChecks(facts.results).map(({ status, name, reason }) => [
        md`${STATUS_SIGNS[status]}`,
        code(name),
        md`${status}, ${reason}`,
      ]),
      MAX_ROWS,
    ),
    ...(dispatched === undefined ? [] : [dispatchLine(dispatched)]),
    md`Last update by ${runLink(facts)}. Each run updates this issue; the first healthy run closes it.`,
  ];
  return joinBlocks(blocks);
}

/** @param downtimeMs from the opening of the issue */
export function recoveredBody(facts: IncidentFacts, downtimeMs: number): string {
  return joinBlocks([
    { markdown: incidentMarker(facts) },
    md`**Recovered after ${formatDuration(downtimeMs)}.** ${judge(facts.results).message}.`,
    md`Reported by ${runLink(facts)}.`,
  ]);
}

export function recoveredComment(facts: IncidentFacts, downtimeMs: number): string {
  return md`✅ Recovered after ${formatDuration(downtimeMs)} of downtime, reported by ${runLink(facts)}.`
    .markdown;
}

function runLink({ run, runUrl }: IncidentFacts): Markdown {
  const text = md`${run.workflow || 'a run'}`;
  return runUrl === '' ? text : { markdown: `[${text.markdown}](${encodeURI(runUrl)})` };
}

function failedChecks(results: readonly CheckResult[]): readonly CheckResult[] {
  return results.filter(({ status }) => status === 'unhealthy' || status === 'unknown');
}
