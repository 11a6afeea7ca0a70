import { stat, statfs } from 'node:fs/promises';
import { ActionError } from '@repo/core/errors/action-error';
import { formatSize } from '@repo/core/inputs/size';

/** What is about to be written into a folder that is there. */
export interface Need {
  readonly folder: string;
  readonly bytes: number;
  readonly files: number;
}

/** Files end in blocks that are full only in part. */
const BLOCK = 4_096;

/** Proves that there is room for all of it. @throws ActionError where there is not */
export async function requireRoom(needs: readonly Need[]): Promise<void> {
  const disks = new Map<number, Need>();
  for (const { folder, bytes, files } of needs) {
    const { dev } = await stat(folder);
    const other = disks.get(dev);
    disks.set(dev, {
      folder,
      bytes: (other?.bytes ?? 0) + bytes + files * BLOCK,
      files: (other?.files ?? 0) + files,
    });
  }
  for (const { folder, bytes, files } of disks.values()) {
    const disk = await statfs(folder);
    const free = disk.bavail * disk.bsize;
    const remedy = 'Make room on it.';
    if (free < bytes) {
      throw new ActionError(
        `the disk of ${folder} has ${formatSize(free)} left, and ${formatSize(bytes)} are needed`,
        { remedy },
      );
    }
    // Some file systems do not count their files.
    if (disk.files > 0 && disk.ffree < files) {
      throw new ActionError(
        `the disk of ${folder} takes only ${disk.ffree} more files, and ${files} are needed`,
        { remedy },
      );
    }
  }
}
