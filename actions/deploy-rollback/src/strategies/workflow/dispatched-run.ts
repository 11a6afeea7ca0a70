import { createOnce } from '@repo/github/create-once';
import type { GitHub } from '@repo/github/github';
import { dispatchWorkflow } from '@repo/github/workflows/dispatch';
import { listWorkflowRuns, type WorkflowRun } from '@repo/github/workflows/runs';
import type { Ports, Target } from '../strategy.ts';

export interface Dispatched {
  readonly id: number;
  readonly url: string;
}

export interface DispatchOptions {
  /** The name of its file. */
  readonly file: string;
  /** A branch or a tag. */
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** How long a run of ours is looked for by its title, ms. */
const LOOK_BACK = 24 * 3_600_000;
/** GitHub lists a run only a moment after it was started, ms. */
const PATIENCE = 60_000;
const PAUSE = 3_000;

/**
 * Starts a workflow, unless it was started for this rollback before and has not failed since. Which
 * run is ours, GitHub says itself; where it does not (an older server, a lost answer), the id of the rollback in
 * the title of the run does (`run-name`), or that only one has come.
 */
export async function dispatchedRun(
  github: GitHub,
  { file, ref, inputs }: DispatchOptions,
  { rollbackId }: Target,
  { clock, signal }: Pick<Ports, 'clock' | 'signal'>,
): Promise<Dispatched | undefined> {
  const list = (since: number) =>
    listWorkflowRuns(github, {
      ...{ workflow: file, event: 'workflow_dispatch', createdSince: since },
    });
  const before = await list(github.now() - LOOK_BACK);
  const own = before.find((run) => isOf(run, rollbackId) && !hasFailed(run));
  if (own !== undefined) return own;
  const known = new Set(before.map(({ id }) => id));
  /** Of those that have come since: ours by its title, or the only one. */
  const find = async (): Promise<Dispatched | undefined> => {
    const since = (await list(github.now() - LOOK_BACK)).filter(({ id }) => !known.has(id));
    return (
      since.find((run) => isOf(run, rollbackId)) ?? (since.length === 1 ? since[0] : undefined)
    );
  };
  const patiently = async () => {
    for (let waited = 0; ; waited += PAUSE) {
      const found = await find();
      if (found !== undefined || waited >= PATIENCE) return found;
      await clock.sleep(PAUSE, signal);
    }
  };
  const started = await createOnce(
    async () => (await dispatchWorkflow(github, { workflow: file, ref, inputs })).run ?? 'unknown',
    patiently,
  );
  return started === 'unknown' ? patiently() : started;
}

function isOf({ title }: WorkflowRun, rollbackId: string): boolean {
  return title.includes(rollbackId);
}

function hasFailed({ status, conclusion }: WorkflowRun): boolean {
  return status === 'completed' && conclusion !== 'success';
}
