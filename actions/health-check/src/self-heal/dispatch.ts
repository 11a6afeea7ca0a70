import { describeError } from '@repo/core/errors/describe-error';
import { formatLimit, type Limit } from '@repo/core/inputs/limit';
import type { Clock } from '@repo/core/process/clock';
import { defaultBranch } from '@repo/github/default-branch';
import type { GitHub } from '@repo/github/github';
import { GitHubError } from '@repo/github/github-error';
import type { Issue } from '@repo/github/issues/issue';
import { dispatchWorkflow } from '@repo/github/workflows/dispatch';
import { listWorkflowRuns, type WorkflowRun } from '@repo/github/workflows/runs';
import type { WorkflowRef } from '../input-parsers.ts';
import { type Claim, claimDispatch, findExistingClaim } from './claim.ts';
import type { DispatchResult } from './self-heal-result.ts';

export interface DispatchRequest {
  readonly workflow: WorkflowRef;
  readonly inputs: Readonly<Record<string, string>>;
  readonly limit: Limit;
  /** The issue of the incident, if `incident-issue` is set. */
  readonly issue: Issue | undefined;
  /** Start of the outage in ms since the epoch; `undefined` when it is not known. */
  readonly outageStart: number | undefined;
  /** The ref of this run. */
  readonly ref: string;
  /** Identifies this run in its claim. */
  readonly run: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Pauses before each search for a run whose dispatch request got no response. */
const SEARCH_PAUSES_MS = [1_000, 3_000, 6_000];

/** Starts the workflow, at most once per outage and within the limit. */
export async function dispatch(github: GitHub, request: DispatchRequest): Promise<DispatchResult> {
  const { issue, limit } = request;
  const name = request.workflow.file;
  const existing = issue && (await findExistingClaim(github, issue, name));
  if (existing !== undefined) return existing;
  const now = github.now();
  // Without a known start of the outage, allow one start per window.
  const since = request.outageStart ?? now - limit.window;
  const earlier = await listDispatchedRuns(github, name, Math.min(since, now - limit.window));
  const refusal = findRefusal(name, earlier, limit, since, now);
  if (refusal !== undefined) return refusal;

  const claim = issue && (await claimDispatch(github, issue, name, request.run));
  if (claim !== undefined && 'state' in claim) return claim;
  try {
    const result = await startRun(github, request);
    await claim?.settle(result);
    return result;
  } catch (error) {
    await settleFailure(claim, name, error);
    throw error;
  }
}

/**
 * The reason not to start the workflow now; `undefined` when it may start. The limit prevents
 * endless loops of failed repairs.
 *
 * @param starts earlier `workflow_dispatch` runs of that workflow, from any origin
 * @param since start of the outage, ms since the epoch
 */
export function findRefusal(
  name: string,
  starts: readonly Pick<WorkflowRun, 'createdAt'>[],
  limit: Limit,
  since: number,
  now: number,
): DispatchResult | undefined {
  if (starts.some(({ createdAt }) => createdAt >= since)) {
    return { state: 'already-started', name, reason: 'it was already started in this outage' };
  }
  const recent = starts.filter(({ createdAt }) => createdAt >= now - limit.window);
  if (recent.length < limit.most) return undefined;
  return { state: 'limit-reached', name, reason: `the limit of ${formatLimit(limit)} is reached` };
}

async function settleFailure(
  claim: Claim | undefined,
  name: string,
  error: unknown,
): Promise<void> {
  try {
    await claim?.settle({ state: 'failed', name, reason: describeError(error) });
  } catch {
    // The caller reports the first failure.
  }
}

async function startRun(github: GitHub, request: DispatchRequest): Promise<DispatchResult> {
  const { workflow, inputs } = request;
  const name = workflow.file;
  const ref = workflow.ref ?? (await getDispatchRef(github, request.ref));
  const requestedAt = github.now();
  try {
    const { run } = await dispatchWorkflow(github, { workflow: name, ref, inputs });
    return { state: 'started', name, ...(run !== undefined && { url: run.url }) };
  } catch (error) {
    if (!(error instanceof GitHubError && error.isUncertain)) throw error;
    // A second request could start a second run, so search for the first one.
    const run = await findStartedRun(github, request, requestedAt);
    if (run === undefined) throw error;
    return { state: 'started', name, url: run.url };
  }
}

async function findStartedRun(
  github: GitHub,
  { workflow, clock, signal }: DispatchRequest,
  requestedAt: number,
): Promise<WorkflowRun | undefined> {
  // GitHub's timestamps have a resolution of one second.
  const since = Math.floor(requestedAt / 1_000) * 1_000;
  for (const pauseMs of SEARCH_PAUSES_MS) {
    await clock.sleep(pauseMs, signal);
    const [run] = await listDispatchedRuns(github, workflow.file, since);
    if (run !== undefined) return run;
  }
  return undefined;
}

function listDispatchedRuns(
  github: GitHub,
  workflow: string,
  createdSince: number,
): Promise<readonly WorkflowRun[]> {
  return listWorkflowRuns(github, { workflow, event: 'workflow_dispatch', createdSince });
}

/** GitHub dispatches on branches and tags only, not on the merge ref of a pull request. */
async function getDispatchRef(github: GitHub, ref: string): Promise<string> {
  return /^refs\/(heads|tags)\//.test(ref) ? ref : defaultBranch(github);
}
