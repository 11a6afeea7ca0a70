import type { Annotation } from '@repo/core/action/annotation';
import { formatDuration } from '@repo/core/inputs/duration';
import { code, type Markdown, md } from '@repo/core/summary/markdown';
import type { DispatchResult, IncidentResult, SelfHealResult } from './self-heal-result.ts';

/** The lines of the job summary about self-healing. */
export function selfHealSummary(result: SelfHealResult | undefined): readonly Markdown[] {
  if (result === undefined) return [];
  const { workflow, incident, problems } = result;
  return [
    ...(workflow === undefined ? [] : [dispatchLine(workflow)]),
    ...(incident === undefined ? [] : [incidentLine(incident)]),
    ...problems.map((problem) => md`⚠️ ${problem}`),
  ];
}

/** Failed GitHub requests are warnings: the verdict is about the target. */
export function selfHealAnnotations(result: SelfHealResult | undefined): readonly Annotation[] {
  if (result === undefined) return [];
  const { workflow, problems } = result;
  const title = 'Self-heal';
  return [
    ...problems.map((message) => ({ level: 'warning' as const, title, message })),
    ...(workflow?.state === 'limit-reached'
      ? [{ level: 'warning' as const, title, message: dispatchSentence(workflow) }]
      : []),
    ...(workflow?.state === 'started'
      ? [{ level: 'notice' as const, title, message: dispatchSentence(workflow) }]
      : []),
  ];
}

/** The result of a dispatch as a sentence, with a link to the started run. */
export function dispatchLine(result: DispatchResult): Markdown {
  const url = result.state === 'started' ? result.url : undefined;
  const link = url === undefined ? '' : ` ([run](${encodeURI(url)}))`;
  return md`Self-heal: ${dispatchSentence(result)}${{ markdown: link }}.`;
}

function dispatchSentence(result: DispatchResult): string {
  return result.state === 'started'
    ? `${result.name} was started`
    : `${result.name} was not started: ${result.reason}`;
}

function incidentLine({ state, number, url, downtimeMs }: IncidentResult): Markdown {
  const link = { markdown: `[${code(`#${number}`).markdown}](${encodeURI(url)})` };
  const after = downtimeMs === undefined ? '' : ` after ${formatDuration(downtimeMs)}`;
  return md`Incident ${link} was ${state}${after}.`;
}
