import type { Annotation } from '@repo/core/action/annotation';
import { formatDuration } from '@repo/core/inputs/duration';
import { code, type Markdown, md } from '@repo/core/summary/markdown';
import type { Healing, IncidentHealing, WorkflowHealing } from './self-heal-result.ts';

/** What was done on GitHub, for the job summary. */
export function healingSummary(healing: Healing | undefined): readonly Markdown[] {
  if (healing === undefined) return [];
  const { workflow, incident, problems } = healing;
  return [
    ...(workflow === undefined ? [] : [healingLine(workflow)]),
    ...(incident === undefined ? [] : [incidentLine(incident)]),
    ...problems.map((problem) => md`⚠️ ${problem}`),
  ];
}

/** Failures of GitHub are warnings: the verdict is on the target. */
export function healingAnnotations(healing: Healing | undefined): readonly Annotation[] {
  if (healing === undefined) return [];
  const { workflow, problems } = healing;
  const title = 'Self-heal';
  return [
    ...problems.map((message) => ({ level: 'warning' as const, title, message })),
    ...(workflow?.state === 'limit'
      ? [{ level: 'warning' as const, title, message: sentenceOf(workflow) }]
      : []),
    ...(workflow?.state === 'started'
      ? [{ level: 'notice' as const, title, message: sentenceOf(workflow) }]
      : []),
  ];
}

/** What was done by a workflow, as a sentence with a link. */
export function healingLine(healing: WorkflowHealing): Markdown {
  const page = healing.state === 'started' ? healing.url : undefined;
  const link = page === undefined ? '' : ` ([run](${encodeURI(page)}))`;
  return md`Self-heal: ${sentenceOf(healing)}${{ markdown: link }}.`;
}

function sentenceOf(healing: WorkflowHealing): string {
  return healing.state === 'started'
    ? `${healing.name} is started`
    : `${healing.name} is not started: ${healing.reason}`;
}

function incidentLine({ state, number, url, downtimeMs }: IncidentHealing): Markdown {
  const link = { markdown: `[${code(`#${number}`).markdown}](${encodeURI(url)})` };
  const after = downtimeMs === undefined ? '' : ` after ${formatDuration(downtimeMs)}`;
  return md`Incident ${link} is ${state}${after}.`;
}
