import { runUrl } from '@repo/core/action/run-info';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { connectGitHub } from '@repo/github/connect';
import type { GitHub } from '@repo/github/github';
import {
  closeIncident,
  type IncidentKey,
  type OpenIncident,
  openIncident,
  updateIncident,
} from '@repo/github/incidents/incidents';
import { createComment } from '@repo/github/issues/comments';
import { readSettings } from '@repo/github/settings';
import type { CheckResult } from '../check.ts';
import type { Context } from '../context.ts';
import type { Inputs } from '../inputs.ts';
import { judge } from '../verdict.ts';
import { dispatch } from './dispatch.ts';
import {
  type IncidentFacts,
  incidentBody,
  incidentMarker,
  incidentTitle,
  recoveredBody,
  recoveredComment,
} from './incident-text.ts';
import { findOutageStart } from './outage-start.ts';
import type { IncidentResult, SelfHealResult } from './self-heal-result.ts';

/** For all GitHub requests together, waiting for rate limits included. */
const TIMEOUT_MS = 120_000;

/**
 * Acts on the results on GitHub: starts the repair workflow; opens, updates or closes the incident.
 * Returns `undefined` when there is nothing to do; an unknown status never changes anything. Failed
 * GitHub requests are among the problems of the result.
 */
export async function selfHeal(
  results: readonly CheckResult[],
  context: Context,
): Promise<SelfHealResult | undefined> {
  const { status } = judge(results);
  const { inputs } = context;
  const { onUnhealthyWorkflow: workflow, incidentIssue } = inputs;
  const isUnhealthy = status === 'unhealthy';
  if (status === 'unknown' || context.signal.aborted) return undefined;
  if (!incidentIssue && (workflow === undefined || !isUnhealthy)) return undefined;

  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const facts: IncidentFacts = {
    results,
    run: context.run,
    runUrl: runUrl(context.variable('GITHUB_SERVER_URL'), context.run),
  };
  const problems: string[] = [];
  /** Records a failed request and goes on. */
  const attempt = async <T>(problem: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      const remedy = error instanceof ActionError ? ` ${error.remedy}` : '';
      problems.push(`${problem}: ${describeError(error, context.redact)}.${remedy}`);
      return undefined;
    }
  };

  const github = await attempt('Cannot connect to GitHub', () =>
    connectGitHub(readSettings({ ...context, signal }, inputs.githubToken ?? '', 'write')),
  );
  if (github === undefined) return { problems };
  const steps: Steps = { github, facts, context, attempt };
  const changes = isUnhealthy ? await handleOutage(steps, signal) : await handleRecovery(steps);
  return changes === undefined && problems.length === 0 ? undefined : { ...changes, problems };
}

interface Steps {
  readonly github: GitHub;
  readonly facts: IncidentFacts;
  readonly context: Context;
  readonly attempt: <T>(problem: string, work: () => Promise<T>) => Promise<T | undefined>;
}

type Changes = Omit<SelfHealResult, 'problems'>;

async function handleOutage(steps: Steps, signal: AbortSignal): Promise<Changes> {
  const { github, facts, context, attempt } = steps;
  const { inputs } = context;
  const { onUnhealthyWorkflow: workflow, incidentIssue } = inputs;
  const { redact, run, clock } = context;
  const open = incidentIssue
    ? await attempt('Cannot open the incident', () =>
        openIncident(github, toKey(facts), {
          title: redact(incidentTitle(facts)),
          body: redact(incidentBody(facts, undefined)),
        }),
      )
    : undefined;
  const dispatched =
    workflow &&
    (await attempt(`Cannot start ${workflow.file}`, async () =>
      dispatch(github, {
        workflow,
        inputs: Object.fromEntries(inputs.onUnhealthyInputs),
        limit: inputs.healLimit,
        issue: open?.issue,
        outageStart: open?.issue.createdAt ?? (await readOutageStart(github, inputs, run.runId)),
        ref: run.ref,
        run: `${run.runId}-${run.runAttempt}`,
        clock,
        signal,
      }),
    ));
  const incident =
    open &&
    (await attempt('Cannot update the incident', () =>
      refreshIncident(github, open, redact(incidentBody(facts, dispatched))),
    ));
  return { ...(dispatched && { workflow: dispatched }), ...(incident && { incident }) };
}

function toKey(facts: IncidentFacts): IncidentKey {
  return { action: 'health-check', marker: incidentMarker(facts) };
}

async function refreshIncident(
  github: GitHub,
  { issue, isNew }: OpenIncident,
  body: string,
): Promise<IncidentResult> {
  await updateIncident(github, issue, { body });
  return { state: isNew ? 'opened' : 'updated', number: issue.number, url: issue.url };
}

async function handleRecovery({
  github,
  facts,
  context,
  attempt,
}: Steps): Promise<Changes | undefined> {
  const { redact } = context;
  const closed = await attempt('Cannot close the incident', () =>
    closeIncident(github, toKey(facts), (downtimeMs) => redact(recoveredBody(facts, downtimeMs))),
  );
  if (closed === undefined) return undefined;
  // Comment after closing: while closing fails, each run would add another comment.
  await attempt('Cannot comment on the recovery', () =>
    createComment(github, closed.number, redact(recoveredComment(facts, closed.downtimeMs))),
  );
  return { incident: { state: 'closed', ...closed } };
}

/** Without an issue, the failed runs show the start, unless `fail-on: never` lets them succeed. */
async function readOutageStart(
  github: GitHub,
  { failOn }: Inputs,
  runId: string,
): Promise<number | undefined> {
  return failOn === 'never' ? undefined : findOutageStart(github, runId);
}
