import type { GitHub } from '../github.ts';

/** GitHub does not rerun older runs, ms. */
export const RERUN_WITHIN = 30 * 24 * 3_600_000;

/** Reruns all jobs of a completed run (permissions: actions: write). */
export async function rerunWorkflow({ rest, repository }: GitHub, run: number): Promise<void> {
  await rest.actions.reRunWorkflow({
    ...repository,
    run_id: run,
  });
}
