import type { GitHub } from '@repo/github/github';
import { listWorkflowRuns, type WorkflowRun } from '@repo/github/workflows/runs';

/** The latest run of a workflow on a commit that succeeded, or that is being run again now. */
export async function goodRun(
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
