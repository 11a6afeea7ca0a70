import { formatDuration } from '@repo/core/inputs/duration';
import { formatSize } from '@repo/core/inputs/size';
import type { Ports } from './strategy.ts';

/** Interval of the log lines during long work. */
const HEARTBEAT_MS = 5_000;

/** Counts bytes, and logs the progress at intervals. */
export function createByteCounter(
  title: string,
  totalBytes: number,
  { clock, log }: Pick<Ports, 'clock' | 'log'>,
): (bytes: number) => void {
  let doneBytes = 0;
  let loggedAtMs = clock.monotonic();
  return (bytes) => {
    doneBytes += bytes;
    if (clock.monotonic() - loggedAtMs < HEARTBEAT_MS) return;
    loggedAtMs = clock.monotonic();
    log.info(`${title}: ${formatSize(doneBytes)} of ${formatSize(totalBytes)} …`);
  };
}

/** Logs the duration of the work at intervals. */
export async function withHeartbeat<T>(
  title: string,
  { clock, log }: Pick<Ports, 'clock' | 'log'>,
  work: () => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const heartbeat = logUntilAborted(title, { clock, log }, controller.signal);
  try {
    return await work();
  } finally {
    controller.abort();
    await heartbeat;
  }
}

async function logUntilAborted(
  title: string,
  { clock, log }: Pick<Ports, 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const startMs = clock.monotonic();
  try {
    for (;;) {
      await clock.sleep(HEARTBEAT_MS, signal);
      log.info(`${title} for ${formatDuration(clock.monotonic() - startMs)} …`);
    }
  } catch {
    // The sleep was aborted.
  }
}
