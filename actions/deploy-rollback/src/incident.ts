import { runUrl } from '@repo/core/action/run-info';
import { createOnce } from '@repo/github/create-once';
import { closeIssue, createIssue, findOpenIssues, updateIssue } from '@repo/github/issues/issues';
import { ensureLabel } from '@repo/github/issues/labels';
import type { Context } from './context.ts';
import { incidentBody, incidentMarker, incidentTitle } from './incident-text.ts';
import type { EventOf } from './journal/event.ts';
import type { Journal } from './journal/journal.ts';
import { progressOf } from './journal/progress.ts';

/** By the label incidents are found without reading all issues; strangers cannot set it. */
const LABEL = {
  name: 'deploy-rollback-incident',
  color: 'd73a4a',
  description: 'Opened and closed by deploy-rollback',
};

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
  const marker = incidentMarker(inputs.environment);
  const find = () => findOpenIssues(github, { label: LABEL.name, marker });
  const title = redact(incidentTitle(facts));
  const body = redact(incidentBody(facts));
  const [open] = await find();
  if (open !== undefined) {
    if (open.body !== body) await updateIssue(github, open.number, { title, body });
    return open.url;
  }
  // Before the issue, so that a token that may not label leaves none that is never found again.
  await ensureLabel(github, LABEL);
  const issue = await createOnce(
    () => createIssue(github, { title, body, labels: [LABEL.name] }),
    async () => (await find())[0],
  );
  return issue.url;
}

/** Closes the issues of an environment that takes deploys again. */
export async function closeIncident({ inputs, ports }: Context, by: string): Promise<void> {
  const github = await ports.github();
  const marker = incidentMarker(inputs.environment);
  for (const issue of await findOpenIssues(github, { label: LABEL.name, marker })) {
    ports.log.info(`Closing issue ${issue.number}: unfrozen by ${by}.`);
    await closeIssue(github, issue.number, { reason: 'completed' });
  }
}
