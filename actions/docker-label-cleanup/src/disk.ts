import { statfs } from 'node:fs/promises';
import { ActionError } from '@repo/core/errors/action-error';
import type { Docker } from '@repo/docker/client';
import { getDaemonInfo } from '@repo/docker/system';

/**
 * How full the disk of a daemon is, as a fraction, counted as `df` does. Only of a daemon on this
 * machine: the API tells how much Docker has, not how much room there is. Throws an ActionError.
 */
export async function diskOf(docker: Docker): Promise<() => Promise<number>> {
  const { root } = await getDaemonInfo(docker);
  const fullness = async () => {
    const { blocks, bfree, bavail } = await statfs(root);
    const used = blocks - bfree;
    return used / (used + bavail);
  };
  try {
    if (docker.endpoint.kind !== 'socket') throw new Error('the daemon is on another machine');
    await fullness();
    return fullness;
  } catch (cause) {
    throw new ActionError(`cannot see how full the disk of the daemon is (${root})`, {
      remedy: 'Use disk-threshold on the machine of the daemon, outside of a container.',
      cause,
    });
  }
}

export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}
