import { rename, rm } from 'node:fs/promises';

/** Windows refuses to replace a file that is open or read-only. */
const REFUSED = new Set(['EPERM', 'EACCES', 'EBUSY']);

/**
 * Renames a closed file to a path that may exist. Where Windows refuses that, moves the old file aside
 * first: processes that have it open keep reading it. Throws the error of the system; the old file is
 * then in its place.
 *
 * @param move renames a file; tests replace it
 */
export async function replaceFile(
  from: string,
  to: string,
  move: (from: string, to: string) => Promise<void> = rename,
): Promise<void> {
  try {
    return await move(from, to);
  } catch (error) {
    if (!REFUSED.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    const aside = `${from}.old`;
    await move(to, aside).catch(() => {
      throw error;
    });
    try {
      await move(from, to);
    } catch (second) {
      await move(aside, to);
      throw second;
    }
    // An open file is removed when it is closed.
    await rm(aside, { force: true }).catch(() => {});
  }
}
