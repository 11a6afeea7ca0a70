import { backoffMs } from '@repo/core/process/backoff';
import type { Clock } from '@repo/core/process/clock';
import type { GitHub } from '../github.ts';
import { type WorkflowRun, workflowRun } from './runs.ts';

/** Starts with short delays, to notice a run that fails at once. */
const POLL = { baseMs: 2_000, maxMs: 15_000, factor: 1.5 };

/**
 * Waits until an attempt of a run has ended, within bounds (permissions: actions: read).
 *
 * @param attempt earlier ones do not count
 * @param onLook is told of each look, so that nobody waits in silence
 * @returns the run as it was seen last; its `status` is not `completed` when time ran out
 */
export async function waitForRun(
  github: GitHub,
  { id, attempt }: { readonly id: number; readonly attempt: number },
  options: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly timeoutMs: number;
    readonly onLook: (run: WorkflowRun) => void;
  },
): Promise<WorkflowRun> {
  const { clock, signal, timeoutMs, onLook } = options;
  const end = clock.monotonic() + timeoutMs;
  for (let poll = 1; ; poll++) {
    const run = await workflowRun(github, id);
    onLook(run);
    const isOver = run.status === 'completed' && run.attempt >= attempt;
    const left = end - clock.monotonic();
    if (isOver || left <= 0) return run;
    await clock.sleep(Math.min(backoffMs(poll, POLL), left), signal);
  }
}
