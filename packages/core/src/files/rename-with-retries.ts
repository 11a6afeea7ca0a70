import { rename } from 'node:fs/promises';
import { backoffMs } from '../process/backoff.ts';
import { systemClock } from '../process/clock.ts';

/** What Windows reports for a path that another process has open, such as a virus scanner. */
const IN_USE = new Set(['EPERM', 'EACCES', 'EBUSY']);

const MAX_TRIES = 6;
const BACKOFF = { baseMs: 50 };

/** What a rename depends on; fakes in tests. */
export interface RenameSystem {
  readonly platform: NodeJS.Platform;
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

export const renameSystem: RenameSystem = {
  platform: process.platform,
  rename,
  sleep: (ms) => systemClock.sleep(ms),
};

/** Whether an error means that a path may be in use. Only Windows refuses to rename such a path. */
export function isInUse(error: unknown, platform: NodeJS.Platform = process.platform): boolean {
  return platform === 'win32' && IN_USE.has((error as NodeJS.ErrnoException).code ?? '');
}

/** Renames a path. On Windows, it tries again for about 1.5 s while the path is in use. */
export async function renameWithRetries(
  from: string,
  to: string,
  system: RenameSystem = renameSystem,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await system.rename(from, to);
    } catch (error) {
      if (attempt === MAX_TRIES || !isInUse(error, system.platform)) throw error;
      await system.sleep(backoffMs(attempt, BACKOFF));
    }
  }
}
