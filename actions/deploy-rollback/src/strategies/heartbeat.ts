import { formatDuration } from '@repo/core/inputs/duration';
import { formatSize } from '@repo/core/inputs/size';
import type { Ports } from './strategy.ts';

/** A line at least this often on long work, ms. */
const HEARTBEAT_MS = 5_000;

/** Counts bytes, and says from time to time how many there have been. */
export function byteCounter(
  what: string,
  total: number,
  { clock, log }: Pick<Ports, 'clock' | 'log'>,
): (bytes: number) => void {
  let done = 0;
  let told = clock.monotonic();
  return (bytes) => {
    done += bytes;
    if (clock.monotonic() - told < HEARTBEAT_MS) return;
    told = clock.monotonic();
    log.info(`… ${what}: ${formatSize(done)} of ${formatSize(total)}`);
  };
}

/** Says from time to time how long the work has taken until now. */
export async function withHeartbeat<T>(
  what: string,
  { clock, log }: Pick<Ports, 'clock' | 'log'>,
  work: () => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const beats = beat(what, { clock, log }, over.signal);
  try {
    return await work();
  } finally {
    over.abort();
    await beats;
  }
}

async function beat(
  what: string,
  { clock, log }: Pick<Ports, 'clock' | 'log'>,
  over: AbortSignal,
): Promise<void> {
  const start = clock.monotonic();
  try {
    for (;;) {
      await clock.sleep(HEARTBEAT_MS, over);
      log.info(`… ${what}, for ${formatDuration(clock.monotonic() - start)}`);
    }
  } catch {
    // Only the abort ends it.
  }
}
