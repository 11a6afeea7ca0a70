import type { GitHub } from '@repo/github/github';
import { listWorkflowRuns, workflowRun } from '@repo/github/workflows/runs';

/** Metrics of the workflow that runs the checks. */
export interface WorkflowMetrics {
  readonly workflow: string;
  /** Time since the start of this run. */
  readonly durationMs: number;
  /** Of the latest completed runs on the same branch, 0 to 1; `undefined` without such runs. */
  readonly successRate: number | undefined;
}

/** Reads the metrics from GitHub (permissions: actions: read). Throws a GitHubError. */
export async function readWorkflowMetrics(
  github: GitHub,
  run: { readonly runId: string; readonly workflow: string },
): Promise<WorkflowMetrics> {
  const own = await workflowRun(github, Number(run.runId));
  const completed = await listWorkflowRuns(github, {
    workflow: own.workflowId,
    status: 'completed',
    ...(own.branch !== undefined && { branch: own.branch }),
  });
  const counted = completed.filter(({ conclusion = '' }) => COUNTED.includes(conclusion));
  const succeeded = counted.filter(({ conclusion }) => conclusion === 'success');
  return {
    workflow: run.workflow,
    durationMs: Math.max(0, github.now() - own.startedAt),
    successRate: counted.length === 0 ? undefined : succeeded.length / counted.length,
  };
}

/** Cancelled and skipped runs are neither a success nor a failure. */
const COUNTED = ['success', 'failure', 'timed_out'];
