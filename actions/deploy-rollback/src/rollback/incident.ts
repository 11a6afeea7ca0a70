import { runUrl } from '@repo/core/action/run-info';
import * as incidents from '@repo/github/incidents/incidents';
import type { Context } from '../context.ts';
import type { Journal } from '../journal/journal.ts';
import { getProgress } from '../journal/progress.ts';
import { incidentBody, incidentMarker, incidentTitle } from '../report/incident-text.ts';
import type { Decided } from './decision.ts';

/**
 * Publishes a rollback in the open issue of its environment, or opens one.
 *
 * @returns the URL of the issue
 */
export async function publishIncident(
  context: Context,
  { started, ...journal }: Journal,
  decided: Decided,
): Promise<string> {
  const { inputs, ports, redact } = context;
  const { run } = ports;
  const facts = {
    environment: inputs.environment,
    badRelease: started.badRelease,
    reason: started.reason,
    decided,
    attempts: getProgress(journal).attempts,
    run,
    runUrl: runUrl(ports.variable('GITHUB_SERVER_URL'), run),
  };
  const github = await ports.github();
  const texts = { title: redact(incidentTitle(facts)), body: redact(incidentBody(facts)) };
  const { issue } = await incidents.openIncident(github, toKey(inputs.environment), texts);
  await incidents.updateIncident(github, issue, texts);
  return issue.url;
}

/** Closes the incident of an environment that accepts deploys again. */
export async function closeIncident({ inputs, ports }: Context, by: string): Promise<void> {
  const github = await ports.github();
  const closed = await incidents.closeIncident(github, toKey(inputs.environment));
  if (closed) ports.log.info(`Closed issue ${closed.number}: unfrozen by ${by}.`);
}

function toKey(environment: string): incidents.IncidentKey {
  return { action: 'deploy-rollback', marker: incidentMarker(environment) };
}
