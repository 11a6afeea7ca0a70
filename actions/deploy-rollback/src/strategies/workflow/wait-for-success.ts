import { ActionError } from '@repo/core/errors/action-error';
import { formatDuration } from '@repo/core/inputs/duration';
import { plain } from '@repo/core/text/untrusted';
import type { GitHub } from '@repo/github/github';
import { waitForRun } from '@repo/github/workflows/wait-for-run';
import type { Ports } from '../strategy.ts';

/** Interval of the log lines while the status does not change. */
const LOG_INTERVAL_MS = 30_000;

/**
 * Waits until an attempt of a run succeeds, and logs its status.
 *
 * @throws ActionError if it fails or times out
 */
export async function waitForSuccess(
  github: GitHub,
  run: { readonly id: number; readonly attempt: number; readonly url: string },
  timeoutMs: number,
  { clock, signal, log }: Pick<Ports, 'clock' | 'signal' | 'log'>,
): Promise<void> {
  const url = plain(run.url);
  let loggedLine = '';
  let loggedAtMs = 0;
  const { status, conclusion } = await waitForRun(github, run, {
    clock,
    signal,
    timeoutMs,
    onPoll: (state) => {
      const nowMs = clock.monotonic();
      const line = `${url} is ${plain(state.status ?? 'unknown')}`;
      if (line === loggedLine && nowMs - loggedAtMs < LOG_INTERVAL_MS) return;
      [loggedLine, loggedAtMs] = [line, nowMs];
      log.info(line);
    },
  });
  if (status !== 'completed') {
    throw new ActionError(`${url} did not complete within ${formatDuration(timeoutMs)}`, {
      remedy:
        status === 'waiting'
          ? 'It waits for an approval. Raise timeout, or use an environment without reviewers.'
          : 'Check why it waits, or raise timeout.',
    });
  }
  if (conclusion !== 'success') {
    throw new ActionError(`${url} completed with ${plain(conclusion ?? 'no conclusion')}`, {
      remedy: 'See its log.',
    });
  }
}
