import type { RunInfo } from '@repo/core/action/run-info';
import { code, joinBlocks, md, table } from '@repo/core/summary/markdown';
import { plain } from '@repo/core/text/untrusted';
import { hiddenMarker } from '@repo/github/marker';
import type { EventOf } from '../journal/event.ts';
import type { Attempt } from '../journal/progress.ts';
import { shortSha } from '../revision.ts';

export interface IncidentFacts {
  readonly environment: string;
  readonly badRelease: string;
  readonly reason: string;
  readonly decided: EventOf<'decided'>;
  readonly attempts: readonly Attempt[];
  readonly run: RunInfo;
  readonly runUrl: string;
}

/** The hidden marker of the incident of an environment. */
export function incidentMarker(environment: string): string {
  return hiddenMarker('deploy-rollback-incident', { environment });
}

export function incidentTitle({ environment, badRelease, decided }: IncidentFacts): string {
  const what =
    decided.result === 'rolled-back'
      ? `rolled back to ${shortSha(decided.to)}`
      : 'cannot be rolled back';
  return plain(`${environment}: ${shortSha(badRelease)} ${what}`, 200);
}

export function incidentBody(facts: IncidentFacts): string {
  const { environment, reason, decided, attempts, run, runUrl } = facts;
  const link = md`${run.workflow || 'a run'}`;
  return joinBlocks([
    { markdown: incidentMarker(environment) },
    md`**${decided.message}**`,
    ...(reason === '' ? [] : [md`Reason: ${reason}`]),
    ...(decided.remedy === '' ? [] : [md`Next step: ${decided.remedy}`]),
    ...(attempts.length === 0
      ? []
      : [
          table(
            [{ title: 'Attempt' }, { title: 'Release' }, { title: 'Result' }],
            attempts.map(({ plan, state, reason: failure }) => [
              md`${plan.attempt}${plan.purpose === 'restore' ? ' (previous state)' : ''}`,
              code(shortSha(plan.revision)),
              md`${state === 'failed' ? failure || state : state}`,
            ]),
          ),
        ]),
    md`Published by ${runUrl === '' ? link : { markdown: `[${link.markdown}](${encodeURI(runUrl)})` }}. Deploys are blocked until mode: unfreeze, which closes this issue.`,
  ]);
}
