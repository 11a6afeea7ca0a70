import { backoffMs } from '@repo/core/process/backoff';
import type { Clock } from '@repo/core/process/clock';
import type { GitHub } from '../github.ts';
import { type WorkflowRun, workflowRun } from './runs.ts';

/** Starts with short delays, to notice a run that fails at once. */
const POLL = { baseMs: 2_000, maxMs: 15_000, factor: 1.5 };

/**
 * Waits until an attempt of a run has completed or the timeout has passed (permissions: actions: read).
 *
 * @param attempt the attempt to wait for, or a later one
 * @param onPoll receives each state that was read, to log progress
 * @returns the latest state of the run; its `status` is not `completed` after a timeout
 */
export async function waitForRun(
  github: GitHub,
  { id, attempt }: { readonly id: number; readonly attempt: number },
  options: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly timeoutMs: number;
    readonly onPoll: (run: WorkflowRun) => void;
  },
): Promise<WorkflowRun> {
  const { clock, signal, timeoutMs, onPoll } = options;
  const end = clock.monotonic() + timeoutMs;
  for (let poll = 1; ; poll++) {
    const run = await workflowRun(github, id);
    onPoll(run);
    const isOver = run.status === 'completed' && run.attempt >= attempt;
    const left = end - clock.monotonic();
    if (isOver || left <= 0) return run;
    await clock.sleep(Math.min(backoffMs(poll, POLL), left), signal);
  }
}
