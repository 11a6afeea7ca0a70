import { formatDuration } from '@repo/core/inputs/duration';
import type { Execution, Output } from '@repo/core/process/exec';
import { plainLines } from '@repo/core/text/untrusted';
import type { Ports } from './strategy.ts';

/** Lines of each output that are shown. */
const SHOWN_LINES = 100;

/** Shows what a program printed, in a group of the log. */
export async function showOutput(
  title: string,
  { stdout, stderr, truncated }: Output,
  log: Ports['log'],
): Promise<void> {
  if (stdout.trim() === '' && stderr.trim() === '') return;
  await log.group(title, async () => {
    for (const text of [stdout, stderr]) {
      if (text.trim() === '') continue;
      for (const line of plainLines(text, SHOWN_LINES)) log.info(line);
    }
    if (truncated) log.info('… (the rest was not kept)');
  });
}

/** Why a program did not come to an end by itself. */
export function whyNot(
  execution: Exclude<Execution, { state: 'exited' }>,
  timeoutMs: number,
): string {
  switch (execution.state) {
    case 'not-started':
      return execution.reason;
    case 'killed':
      return `it was killed by ${execution.by}`;
    case 'timeout':
      return `it did not end within ${formatDuration(timeoutMs)}`;
    case 'aborted':
      return 'it was cancelled';
  }
}
