import type { GitHub } from '@repo/github/github';
import { listWorkflowRuns, workflowRun } from '@repo/github/workflows/runs';

/** What GitHub knows of the workflow that runs us. */
export interface WorkflowFigures {
  readonly workflow: string;
  /** Since this run started, ms. */
  readonly durationMs: number;
  /** Of its latest completed runs on the same branch, 0 to 1; `undefined` when there are none. */
  readonly successRate: number | undefined;
}

/** Asks GitHub (permissions: actions: read). Throws a GitHubError. */
export async function workflowFigures(
  github: GitHub,
  run: { readonly runId: string; readonly workflow: string },
): Promise<WorkflowFigures> {
  const own = await workflowRun(github, Number(run.runId));
  const completed = await listWorkflowRuns(github, {
    workflow: own.workflowId,
    status: 'completed',
    ...(own.branch !== undefined && { branch: own.branch }),
  });
  const judged = completed.filter(({ conclusion = '' }) => JUDGED.includes(conclusion));
  const succeeded = judged.filter(({ conclusion }) => conclusion === 'success');
  return {
    workflow: run.workflow,
    durationMs: Math.max(0, github.now() - own.startedAt),
    successRate: judged.length === 0 ? undefined : succeeded.length / judged.length,
  };
}

/** One that was cancelled or skipped is neither a success nor a failure. */
const JUDGED = ['success', 'failure', 'timed_out'];
