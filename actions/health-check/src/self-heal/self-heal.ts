import type { ActionContext } from '@repo/core/action/context';
import { runUrl } from '@repo/core/action/run-info';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { connectGitHub } from '@repo/github/connect';
import type { GitHub } from '@repo/github/github';
import { createComment } from '@repo/github/issues/comments';
import { updateIssue } from '@repo/github/issues/issues';
import { settingsOf } from '@repo/github/settings';
import type { CheckResult } from '../check.ts';
import type { Inputs } from '../inputs.ts';
import { worstStatus } from '../verdict.ts';
import { startWorkflow } from './dispatch.ts';
import { closeIncident, type OpenIncident, openIncident } from './incident.ts';
import {
  type IncidentFacts,
  incidentBody,
  incidentMarker,
  incidentTitle,
  recoveredBody,
  recoveredComment,
} from './incident-text.ts';
import { outageStart } from './outage-start.ts';
import type { Healing, IncidentHealing } from './self-heal-result.ts';

type HealInputs = Pick<
  Inputs,
  | 'onUnhealthyWorkflow'
  | 'onUnhealthyInputs'
  | 'healLimit'
  | 'incidentIssue'
  | 'githubToken'
  | 'failOn'
>;

/** All that is done on GitHub, waiting for its limits included, ms. */
const TIME_LIMIT = 120_000;

/**
 * Does about the results what the inputs ask for: starts the workflow that heals, opens, updates or
 * closes the incident. `undefined` when there is nothing to do: what could not be judged starts,
 * opens and closes nothing. Never throws for what GitHub does; that is among the problems.
 */
export async function heal(
  results: readonly CheckResult[],
  inputs: HealInputs,
  context: ActionContext,
): Promise<Healing | undefined> {
  const status = worstStatus(results);
  const { onUnhealthyWorkflow: workflow, incidentIssue } = inputs;
  const isIll = status === 'unhealthy';
  if (status === 'unknown' || context.signal.aborted) return undefined;
  if (!incidentIssue && (workflow === undefined || !isIll)) return undefined;

  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(TIME_LIMIT)]);
  const facts: IncidentFacts = {
    results,
    run: context.run,
    runUrl: runUrl(context.variable('GITHUB_SERVER_URL'), context.run),
  };
  const problems: string[] = [];
  /** What GitHub does not do is told, and stops nothing else. */
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      const remedy = error instanceof ActionError ? ` ${error.remedy}` : '';
      problems.push(`${what}: ${describeError(error, context.redact)}.${remedy}`);
      return undefined;
    }
  };

  const github = await attempt('GitHub', () =>
    connectGitHub(settingsOf({ ...context, signal }, inputs.githubToken ?? '', 'write')),
  );
  if (github === undefined) return { problems };
  const place: Place = { github, facts, context, inputs, attempt };
  const done = isIll ? await outage(place, signal) : await recovery(place);
  return done === undefined && problems.length === 0 ? undefined : { ...done, problems };
}

interface Place {
  readonly github: GitHub;
  readonly facts: IncidentFacts;
  readonly context: ActionContext;
  readonly inputs: HealInputs;
  readonly attempt: <T>(what: string, work: () => Promise<T>) => Promise<T | undefined>;
}

type Done = Omit<Healing, 'problems'>;

async function outage(place: Place, signal: AbortSignal): Promise<Done> {
  const { github, facts, context, inputs, attempt } = place;
  const { onUnhealthyWorkflow: workflow, incidentIssue } = inputs;
  const { redact, run, clock } = context;
  const incident = incidentIssue
    ? await attempt('The incident is not opened', () =>
        openIncident(github, {
          marker: incidentMarker(facts),
          title: redact(incidentTitle(facts)),
          body: redact(incidentBody(facts, undefined)),
        }),
      )
    : undefined;
  const started =
    workflow &&
    (await attempt(`${workflow.file} is not started`, async () =>
      startWorkflow(github, {
        workflow,
        inputs: Object.fromEntries(inputs.onUnhealthyInputs),
        limit: inputs.healLimit,
        issue: incident?.issue,
        since: incident?.issue.createdAt ?? (await sinceWhen(github, inputs, run.runId)),
        ref: run.ref,
        run: `${run.runId}-${run.runAttempt}`,
        clock,
        signal,
      }),
    ));
  const told =
    incident &&
    (await attempt('The incident is not updated', () =>
      updated(github, incident, redact(incidentBody(facts, started))),
    ));
  return { ...(started && { workflow: started }), ...(told && { incident: told }) };
}

async function updated(
  github: GitHub,
  { issue, isNew }: OpenIncident,
  body: string,
): Promise<IncidentHealing> {
  if (body !== issue.body) await updateIssue(github, issue.number, { body });
  return { state: isNew ? 'opened' : 'updated', number: issue.number, url: issue.url };
}

async function recovery({ github, facts, context, attempt }: Place): Promise<Done | undefined> {
  const { redact } = context;
  const closed = await attempt('The incident is not closed', () =>
    closeIncident(github, incidentMarker(facts), (downtimeMs) =>
      redact(recoveredBody(facts, downtimeMs)),
    ),
  );
  if (closed === undefined) return undefined;
  // After the closing: if that failed, it would be said again and again.
  await attempt('The recovery is not told', () =>
    createComment(github, closed.number, redact(recoveredComment(facts, closed.downtimeMs))),
  );
  return { incident: { state: 'closed', ...closed } };
}

/** Without an issue the conclusions of earlier runs tell, if illness makes a run fail at all. */
async function sinceWhen(
  github: GitHub,
  { failOn }: HealInputs,
  runId: string,
): Promise<number | undefined> {
  return failOn === 'never' ? undefined : outageStart(github, runId);
}
