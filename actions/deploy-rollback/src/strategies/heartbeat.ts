import { formatSize } from '@repo/core/inputs/size';
import type { Ports } from './strategy.ts';

/** A line at least this often on long work, ms. */
export const HEARTBEAT_MS = 5_000;

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
