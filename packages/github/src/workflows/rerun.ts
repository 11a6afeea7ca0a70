import type { GitHub } from '../github.ts';

/** How long after it was created GitHub runs a run again, ms. */
export const RERUN_WITHIN = 30 * 24 * 3_600_000;

/** Runs all jobs of a run that has ended once more (permissions: actions: write). */
export async function rerunWorkflow({ request, repository }: GitHub, run: number): Promise<void> {
  await request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun', {
    ...repository,
    run_id: run,
  });
}
