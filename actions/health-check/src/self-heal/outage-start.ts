import type { GitHub } from '@repo/github/github';
import { GitHubError } from '@repo/github/github-error';
import { listWorkflowRuns, type WorkflowRun, workflowRun } from '@repo/github/workflows/runs';

/**
 * The start of the outage: the creation time of the first run of this workflow that failed without
 * a later success. `undefined` when the runs cannot be read.
 */
export async function findOutageStart(github: GitHub, runId: string): Promise<number | undefined> {
  try {
    const own = await workflowRun(github, Number(runId));
    const earlier = await listWorkflowRuns(github, {
      workflow: own.workflowId,
      status: 'completed',
      ...(own.branch !== undefined && { branch: own.branch }),
    });
    return findStreakStart(own, earlier);
  } catch (error) {
    // The run belongs to another repository, or the token must not read runs.
    if (error instanceof GitHubError && !error.isUncertain) return undefined;
    throw error;
  }
}

const FAILED = ['failure', 'timed_out'];

/** @param runs newest first; cancelled and skipped runs are ignored */
export function findStreakStart(
  own: Pick<WorkflowRun, 'id' | 'createdAt'>,
  runs: readonly Pick<WorkflowRun, 'id' | 'createdAt' | 'conclusion'>[],
): number {
  let start = own.createdAt;
  for (const { id, createdAt, conclusion = '' } of runs) {
    if (id === own.id || createdAt > own.createdAt) continue;
    if (conclusion === 'success') break;
    if (FAILED.includes(conclusion)) start = createdAt;
  }
  return start;
}
