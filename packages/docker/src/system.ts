import { ActionError } from '@repo/core/errors/action-error';
import type { Docker } from './client.ts';
import { numberAt, textAt } from './json.ts';
import { requestJson } from './requests.ts';

/** The first minor API version with filters for `/build/prune`; older ones ignore them. */
const MIN_PRUNE_FILTER_MINOR = 39;

export interface DaemonInfo {
  /** Stable across restarts. For Podman, whose ID changes with each response: name and root. */
  readonly id: string;
  readonly name: string;
  /** The version of the engine, `20.10.24`. */
  readonly version: string;
  /** The data folder of the daemon, on its own machine. */
  readonly root: string;
}

export async function getDaemonInfo(docker: Docker): Promise<DaemonInfo> {
  const info = await requestJson(docker, { path: '/info' });
  const [name, root] = [textAt(info, 'Name'), textAt(info, 'DockerRootDir')];
  const isPodman = textAt(info, 'BuildahVersion') !== '';
  return {
    id: isPodman ? `${name}:${root}` : textAt(info, 'ID'),
    name,
    version: textAt(info, 'ServerVersion'),
    root,
  };
}

/**
 * Removes build cache that was not used for the given time, and returns the reclaimed bytes. Throws
 * an ActionError if the daemon does not support the age filter.
 */
export async function pruneBuildCache(docker: Docker, olderThanMs: number): Promise<number> {
  if (Number(docker.apiVersion.split('.')[1]) < MIN_PRUNE_FILTER_MINOR) {
    throw new ActionError(
      `with API version ${docker.apiVersion} the daemon would remove all build cache of any age`,
      { remedy: 'Update Docker to 18.09 or later, or remove build-cache from the inputs.' },
    );
  }
  const until = [`${Math.ceil(olderThanMs / 1_000)}s`];
  const response = await requestJson(docker, {
    method: 'POST',
    path: '/build/prune',
    query: { all: true, filters: { until } },
    timeoutMs: 300_000,
  });
  return numberAt(response, 'SpaceReclaimed') ?? 0;
}
