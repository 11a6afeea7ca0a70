import { createOnce } from '@repo/github/create-once';
import type { GitHub } from '@repo/github/github';
import { dispatchWorkflow } from '@repo/github/workflows/dispatch';
import { listWorkflowRuns, type WorkflowRun } from '@repo/github/workflows/runs';
import type { Ports, Target } from '../strategy.ts';

export interface DispatchedRun {
  readonly id: number;
  readonly url: string;
}

export interface DispatchOptions {
  /** The name of the workflow file. */
  readonly file: string;
  /** A branch or a tag. */
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** The age of runs that are searched for the rollback id. */
const SEARCH_WINDOW_MS = 24 * 3_600_000;
/** GitHub lists a new run with a delay. */
const SEARCH_TIMEOUT_MS = 60_000;
const POLL_MS = 3_000;

/**
 * Starts a workflow, unless it was already started for this rollback and has not failed. If GitHub does
 * not return the new run (an older server, a lost response), it is found by the rollback id in its title
 * (`run-name`), or because it is the only new run.
 *
 * @returns `undefined` if the run cannot be identified
 */
export async function dispatchOnce(
  github: GitHub,
  { file, ref, inputs }: DispatchOptions,
  { rollbackId }: Target,
  { clock, signal }: Pick<Ports, 'clock' | 'signal'>,
): Promise<DispatchedRun | undefined> {
  const listRuns = (createdSince: number) =>
    listWorkflowRuns(github, { workflow: file, event: 'workflow_dispatch', createdSince });
  const before = await listRuns(github.now() - SEARCH_WINDOW_MS);
  const existing = before.find((run) => hasRollbackId(run, rollbackId) && !hasFailed(run));
  if (existing !== undefined) return existing;
  const ids = new Set(before.map(({ id }) => id));
  const findNewRun = async (): Promise<DispatchedRun | undefined> => {
    const runs = await listRuns(github.now() - SEARCH_WINDOW_MS);
    const added = runs.filter(({ id }) => !ids.has(id));
    return (
      added.find((run) => hasRollbackId(run, rollbackId)) ??
      (added.length === 1 ? added[0] : undefined)
    );
  };
  const waitForNewRun = async () => {
    for (let waitedMs = 0; ; waitedMs += POLL_MS) {
      const found = await findNewRun();
      if (found !== undefined || waitedMs >= SEARCH_TIMEOUT_MS) return found;
      await clock.sleep(POLL_MS, signal);
    }
  };
  const started = await createOnce(
    async () => (await dispatchWorkflow(github, { workflow: file, ref, inputs })).run ?? 'unknown',
    waitForNewRun,
  );
  return started === 'unknown' ? waitForNewRun() : started;
}

function hasRollbackId({ title }: WorkflowRun, rollbackId: string): boolean {
  return title.includes(rollbackId);
}

function hasFailed({ status, conclusion }: WorkflowRun): boolean {
  return status === 'completed' && conclusion !== 'success';
}
