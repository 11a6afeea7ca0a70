import { ActionError } from '@repo/core/errors/action-error';
import { formatDuration } from '@repo/core/inputs/duration';
import { plain } from '@repo/core/text/untrusted';
import type { GitHub } from '@repo/github/github';
import { waitForRun } from '@repo/github/workflows/wait-for-run';
import type { Ports } from '../strategy.ts';

/** Between two lines about a run in which nothing changes, ms. */
const EVERY = 30_000;

/**
 * Waits for an attempt of a run to succeed, and says every now and then how it is.
 *
 * @throws ActionError where it fails, or does not end in time
 */
export async function watchedRun(
  github: GitHub,
  run: { readonly id: number; readonly attempt: number; readonly url: string },
  timeoutMs: number,
  { clock, signal, log }: Pick<Ports, 'clock' | 'signal' | 'log'>,
): Promise<void> {
  const url = plain(run.url);
  let told = '';
  let toldAt = 0;
  const { status, conclusion } = await waitForRun(github, run, {
    ...{ clock, signal, timeoutMs },
    onPoll: (seen) => {
      const now = clock.monotonic();
      const line = `${url} is ${plain(seen.status ?? 'unknown')}`;
      if (line === told && now - toldAt < EVERY) return;
      [told, toldAt] = [line, now];
      log.info(line);
    },
  });
  if (status !== 'completed') {
    throw new ActionError(`${url} did not end within ${formatDuration(timeoutMs)}`, {
      remedy:
        status === 'waiting'
          ? 'Somebody has to approve it; give it more timeout, or an environment without reviewers.'
          : 'See what it waits for, and give it more timeout.',
    });
  }
  if (conclusion !== 'success') {
    throw new ActionError(`${url} ended with ${plain(conclusion ?? 'nothing')}`, {
      remedy: 'See its log.',
    });
  }
}
