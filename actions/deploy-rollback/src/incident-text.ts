import type { RunInfo } from '@repo/core/action/run-info';
import { code, joinBlocks, md, table } from '@repo/core/summary/markdown';
import { plain } from '@repo/core/text/untrusted';
import { hiddenMarker } from '@repo/github/marker';
import type { EventOf } from './journal/event.ts';
import type { Attempt } from './journal/progress.ts';
import { shortSha } from './revision.ts';

export interface IncidentFacts {
  readonly environment: string;
  readonly badRelease: string;
  readonly reason: string;
  readonly decided: EventOf<'decided'>;
  readonly attempts: readonly Attempt[];
  readonly run: RunInfo;
  readonly runUrl: string;
}

/** The hidden line by which the incident of an environment is found again. */
export function incidentMarker(environment: string): string {
  return hiddenMarker('deploy-rollback-incident', { environment });
}

export function incidentTitle({ environment, badRelease, decided }: IncidentFacts): string {
  const what =
    decided.result === 'rolled-back'
      ? `rolled back to ${shortSha(decided.to)}`
      : 'could not be rolled back';
  return plain(`${environment}: ${shortSha(badRelease)} ${what}`, 200);
}

export function incidentBody(facts: IncidentFacts): string {
  const { environment, reason, decided, attempts, run, runUrl } = facts;
  const link = md`${run.workflow || 'a run'}`;
  return joinBlocks([
    { markdown: incidentMarker(environment) },
    md`**${decided.message}**`,
    ...(reason === '' ? [] : [md`Why: ${reason}`]),
    ...(decided.remedy === '' ? [] : [md`What to do: ${decided.remedy}`]),
    ...(attempts.length === 0
      ? []
      : [
          table(
            [{ title: 'Attempt' }, { title: 'Release' }, { title: 'How it went' }],
            attempts.map(({ about, state, why }) => [
              md`${about.attempt}${about.purpose === 'restore' ? ' (what was there before)' : ''}`,
              code(shortSha(about.revision)),
              md`${state === 'well' ? 'well' : why || state}`,
            ]),
          ),
        ]),
    md`Told by ${runUrl === '' ? link : { markdown: `[${link.markdown}](${encodeURI(runUrl)})` }}. The next deploys are held until mode: unfreeze, which closes this issue.`,
  ]);
}
