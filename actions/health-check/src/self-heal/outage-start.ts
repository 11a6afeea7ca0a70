import type { GitHub } from '@repo/github/github';
import { GitHubError } from '@repo/github/github-error';
import { listWorkflowRuns, type WorkflowRun, workflowRun } from '@repo/github/workflows/runs';

/**
 * When the outage began, as the earlier runs of this very workflow tell it: the start of the first
 * of those that failed without a success in between. `undefined` when they tell nothing.
 */
export async function outageStart(github: GitHub, runId: string): Promise<number | undefined> {
  try {
    const own = await workflowRun(github, Number(runId));
    const earlier = await listWorkflowRuns(github, {
      workflow: own.workflowId,
      status: 'completed',
      ...(own.branch !== undefined && { branch: own.branch }),
    });
    return startOfStreak(own, earlier);
  } catch (error) {
    // Not a run of this repository, or not ours to see.
    if (error instanceof GitHubError && !error.isUncertain) return undefined;
    throw error;
  }
}

const FAILED = ['failure', 'timed_out'];

/** @param runs newest first; what was cancelled or skipped tells nothing */
export function startOfStreak(
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
