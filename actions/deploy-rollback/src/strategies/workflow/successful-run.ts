import type { GitHub } from '@repo/github/github';
import { listWorkflowRuns, type WorkflowRun } from '@repo/github/workflows/runs';

/** Finds the latest run of a workflow for a commit that succeeded, or that is being run again. */
export async function findSuccessfulRun(
  github: GitHub,
  workflow: string,
  revision: string,
): Promise<WorkflowRun | undefined> {
  const runs = await listWorkflowRuns(github, { workflow, headSha: revision });
  return runs.find(
    ({ status, conclusion, attempt }) =>
      conclusion === 'success' || (status !== 'completed' && attempt > 1),
  );
}
