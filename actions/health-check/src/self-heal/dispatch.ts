import { describeError } from '@repo/core/errors/describe-error';
import type { Limit } from '@repo/core/inputs/limit';
import type { Clock } from '@repo/core/process/clock';
import { defaultBranch } from '@repo/github/default-branch';
import type { GitHub } from '@repo/github/github';
import { GitHubError } from '@repo/github/github-error';
import type { Issue } from '@repo/github/issues/issue';
import { dispatchWorkflow } from '@repo/github/workflows/dispatch';
import { listWorkflowRuns, type WorkflowRun } from '@repo/github/workflows/runs';
import { type Claim, claim, claimedBefore } from './claim.ts';
import { reasonNotToStart } from './may-dispatch.ts';
import type { WorkflowHealing } from './self-heal-result.ts';
import type { WorkflowName } from './workflow-ref.ts';

export interface Start {
  readonly workflow: WorkflowName;
  readonly inputs: Readonly<Record<string, string>>;
  readonly limit: Limit;
  /** The issue of the incident, where there is one. */
  readonly issue: Issue | undefined;
  /** When the outage began, ms since the epoch; `undefined`: nobody knows. */
  readonly since: number | undefined;
  /** The ref of this run. */
  readonly ref: string;
  /** Names this run. */
  readonly run: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How often it is looked for a run whose dispatch got no answer, and the pause before each, ms. */
const LOOKS = [1_000, 3_000, 6_000];

/** Starts the workflow unless it was started for this outage, or often enough. */
export async function startWorkflow(github: GitHub, start: Start): Promise<WorkflowHealing> {
  const name = start.workflow.file;
  const before = start.issue && (await claimedBefore(github, start.issue, name));
  if (before !== undefined) return before;
  const now = github.now();
  // Where nobody knows, one start in the window is all that is certain to be right.
  const since = start.since ?? now - start.limit.window;
  const earlier = await dispatchedRuns(github, name, Math.min(since, now - start.limit.window));
  const reason = reasonNotToStart(name, earlier, start.limit, since, now);
  if (reason !== undefined) return reason;

  const claimed = start.issue && (await claim(github, start.issue, name, start.run));
  if (claimed !== undefined && 'state' in claimed) return claimed;
  try {
    const healing = await dispatch(github, start);
    await claimed?.settle(healing);
    return healing;
  } catch (error) {
    await settleFailure(claimed, name, error);
    throw error;
  }
}

async function settleFailure(
  claimed: Claim | undefined,
  name: string,
  error: unknown,
): Promise<void> {
  try {
    await claimed?.settle({ state: 'failed', name, reason: describeError(error) });
  } catch {
    // The failure before is the one to tell.
  }
}

async function dispatch(github: GitHub, start: Start): Promise<WorkflowHealing> {
  const { workflow, inputs } = start;
  const name = workflow.file;
  const ref = workflow.ref ?? (await refOf(github, start.ref));
  const asked = github.now();
  try {
    const { run } = await dispatchWorkflow(github, { workflow: name, ref, inputs });
    return { state: 'started', name, ...(run !== undefined && { url: run.url }) };
  } catch (error) {
    if (!(error instanceof GitHubError && error.isUncertain)) throw error;
    // Asked again it might run twice; so it is looked for instead.
    const run = await lookFor(github, start, asked);
    if (run === undefined) throw error;
    return { state: 'started', name, url: run.url };
  }
}

async function lookFor(
  github: GitHub,
  { workflow, clock, signal }: Start,
  asked: number,
): Promise<WorkflowRun | undefined> {
  // GitHub's times are whole seconds.
  const since = Math.floor(asked / 1_000) * 1_000;
  for (const pause of LOOKS) {
    await clock.sleep(pause, signal);
    const [run] = await dispatchedRuns(github, workflow.file, since);
    if (run !== undefined) return run;
  }
  return undefined;
}

function dispatchedRuns(
  github: GitHub,
  workflow: string,
  createdSince: number,
): Promise<readonly WorkflowRun[]> {
  return listWorkflowRuns(github, { workflow, event: 'workflow_dispatch', createdSince });
}

/** Only branches and tags can be started on; a pull request has neither. */
async function refOf(github: GitHub, ref: string): Promise<string> {
  return /^refs\/(heads|tags)\//.test(ref) ? ref : defaultBranch(github);
}
