import { formatDuration } from '@repo/core/inputs/duration';
import type { Execution, Output } from '@repo/core/process/exec';
import { plainLines } from '@repo/core/text/untrusted';
import type { Ports } from './strategy.ts';

/** Lines of stdout, and of stderr, in the log. */
const MAX_LINES = 100;

/** Logs the output of a program in a group. */
export async function logOutput(
  title: string,
  { stdout, stderr, truncated }: Output,
  log: Ports['log'],
): Promise<void> {
  if (stdout.trim() === '' && stderr.trim() === '') return;
  await log.group(title, async () => {
    for (const text of [stdout, stderr]) {
      if (text.trim() === '') continue;
      for (const line of plainLines(text, MAX_LINES)) log.info(line);
    }
    if (truncated) log.info('… (truncated)');
  });
}

/** Describes why a program did not exit. */
export function describeFailure(
  execution: Exclude<Execution, { state: 'exited' }>,
  timeoutMs: number,
): string {
  switch (execution.state) {
    case 'not-started':
      return execution.reason;
    case 'killed':
      return `it was killed by ${execution.by}`;
    case 'timeout':
      return `it timed out after ${formatDuration(timeoutMs)}`;
    case 'aborted':
      return 'it was cancelled';
  }
}
