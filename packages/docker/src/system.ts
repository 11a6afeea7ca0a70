import { ActionError } from '@repo/core/errors/action-error';
import { requestJson } from './answers.ts';
import type { Docker } from './client.ts';
import { numberAt, textAt } from './json.ts';

/** The minor version of the API from which `/build/prune` takes filters; before, it ignores them. */
const FIRST_PRUNE_FILTER = 39;

export interface DaemonInfo {
  /** Stays the same over restarts: of Podman, which makes up another one each time, name and root. */
  readonly id: string;
  readonly name: string;
  /** The version of the engine, `20.10.24`. */
  readonly version: string;
  /** Where the daemon keeps everything, on its own machine. */
  readonly root: string;
}

export async function daemonInfo(docker: Docker): Promise<DaemonInfo> {
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
 * Removes build cache that was not used for a time; the bytes that came free. Throws an ActionError
 * where the daemon would not mind the time.
 */
export async function pruneBuildCache(docker: Docker, olderThanMs: number): Promise<number> {
  if (Number(docker.apiVersion.split('.')[1]) < FIRST_PRUNE_FILTER) {
    throw new ActionError(
      `with its API ${docker.apiVersion} the daemon would remove all build cache, young or not`,
      { remedy: 'Update Docker to 18.09 or later, or leave build-cache out.' },
    );
  }
  const until = [`${Math.ceil(olderThanMs / 1_000)}s`];
  const answer = await requestJson(docker, {
    method: 'POST',
    path: '/build/prune',
    query: { all: true, filters: { until } },
    timeoutMs: 300_000,
  });
  return numberAt(answer, 'SpaceReclaimed') ?? 0;
}
