import { runUrl } from '@repo/core/action/run-info';
import * as incidents from '@repo/github/incidents/incidents';
import type { Context } from './context.ts';
import { incidentBody, incidentMarker, incidentTitle } from './incident-text.ts';
import type { EventOf } from './journal/event.ts';
import type { Journal } from './journal/journal.ts';
import { progressOf } from './journal/progress.ts';

function toKey(environment: string): incidents.IncidentKey {
  return { action: 'deploy-rollback', marker: incidentMarker(environment) };
}

/**
 * Tells of a rollback on the open issue of its environment, or opens one.
 *
 * @returns its page
 */
export async function tellIncident(
  context: Context,
  { begun, ...journal }: Journal,
  decided: EventOf<'decided'>,
): Promise<string> {
  const { inputs, ports, redact } = context;
  const { run } = ports;
  const facts = {
    environment: inputs.environment,
    badRelease: begun.badRelease,
    reason: begun.reason,
    decided,
    attempts: progressOf(journal).attempts,
    run,
    runUrl: runUrl(ports.variable('GITHUB_SERVER_URL'), run),
  };
  const github = await ports.github();
  const texts = { title: redact(incidentTitle(facts)), body: redact(incidentBody(facts)) };
  const { issue } = await incidents.openIncident(github, toKey(inputs.environment), texts);
  await incidents.updateIncident(github, issue, texts);
  return issue.url;
}

/** Closes the issues of an environment that takes deploys again. */
export async function closeIncident({ inputs, ports }: Context, by: string): Promise<void> {
  const github = await ports.github();
  const closed = await incidents.closeIncident(github, toKey(inputs.environment));
  if (closed) ports.log.info(`Closed issue ${closed.number}: unfrozen by ${by}.`);
}
