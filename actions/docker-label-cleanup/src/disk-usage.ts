import { statfs } from 'node:fs/promises';
import { ActionError } from '@repo/core/errors/action-error';
import type { Docker } from '@repo/docker/client';
import { getDaemonInfo } from '@repo/docker/system';

/** Reads the usage of the daemon's disk as a fraction, computed as `df` does. */
export type DiskUsageReader = () => Promise<number>;

/**
 * Only for a daemon on this machine: the API reports how much space Docker uses, not how much is
 * free. Throws an ActionError.
 */
export async function createDiskUsageReader(docker: Docker): Promise<DiskUsageReader> {
  const { root } = await getDaemonInfo(docker);
  const read = async () => {
    const { blocks, bfree, bavail } = await statfs(root);
    const used = blocks - bfree;
    return used / (used + bavail);
  };
  try {
    if (docker.endpoint.kind !== 'socket') throw new Error('the daemon is on another machine');
    await read();
    return read;
  } catch (cause) {
    throw new ActionError(`cannot read the disk usage of the daemon (${root})`, {
      remedy: "Use disk-threshold on the daemon's machine, outside of a container.",
      cause,
    });
  }
}

export function formatPercent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)}%`;
}
