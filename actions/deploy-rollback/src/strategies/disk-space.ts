import { stat, statfs } from 'node:fs/promises';
import { ActionError } from '@repo/core/errors/action-error';
import { formatSize } from '@repo/core/inputs/size';

/** The space that files need in an existing folder. */
export interface SpaceRequirement {
  readonly folder: string;
  readonly bytes: number;
  readonly files: number;
}

/** The last block of a file is only partly used. */
const BLOCK_BYTES = 4_096;

/** @throws ActionError if a disk does not have enough space for all requirements together */
export async function requireDiskSpace(requirements: readonly SpaceRequirement[]): Promise<void> {
  const disks = new Map<number, SpaceRequirement>();
  for (const { folder, bytes, files } of requirements) {
    const { dev } = await stat(folder);
    const other = disks.get(dev);
    disks.set(dev, {
      folder,
      bytes: (other?.bytes ?? 0) + bytes + files * BLOCK_BYTES,
      files: (other?.files ?? 0) + files,
    });
  }
  for (const { folder, bytes, files } of disks.values()) {
    const disk = await statfs(folder);
    const freeBytes = disk.bavail * disk.bsize;
    const remedy = 'Free space on the disk.';
    if (freeBytes < bytes) {
      throw new ActionError(
        `the disk of ${folder} has ${formatSize(freeBytes)} free, but ${formatSize(bytes)} are needed`,
        { remedy },
      );
    }
    // Some file systems do not limit the number of files.
    if (disk.files > 0 && disk.ffree < files) {
      throw new ActionError(
        `the disk of ${folder} has space for ${disk.ffree} more files, but ${files} are needed`,
        { remedy },
      );
    }
  }
}
