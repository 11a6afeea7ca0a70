import type { GitHub } from '../github.ts';

export interface Job {
  readonly name: string;
  /** The name of its runner; empty while it is queued. */
  readonly runner: string;
  readonly isOver: boolean;
}

/** The first 100 jobs of the latest attempt of a run (permissions: actions: read). */
export async function jobsOfRun(
  { rest, repository }: GitHub,
  run: number,
): Promise<readonly Job[]> {
  const { data } = await rest.actions.listJobsForWorkflowRun({
    ...repository,
    run_id: run,
    filter: 'latest',
    per_page: 100,
  });
  return data.jobs.map(({ name, runner_name: runner, status }) => ({
    name,
    runner: runner ?? '',
    isOver: status === 'completed',
  }));
}
