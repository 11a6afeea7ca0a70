import { requestJson } from './answers.ts';
import type { Docker } from './client.ts';
import { numberAt, textAt } from './json.ts';

export interface DaemonInfo {
  /** Stays the same over restarts. */
  readonly id: string;
  readonly name: string;
  /** The version of the engine, `20.10.24`. */
  readonly version: string;
  /** Where the daemon keeps everything, on its own machine. */
  readonly root: string;
}

export async function daemonInfo(docker: Docker): Promise<DaemonInfo> {
  const info = await requestJson(docker, { path: '/info' });
  return {
    id: textAt(info, 'ID'),
    name: textAt(info, 'Name'),
    version: textAt(info, 'ServerVersion'),
    root: textAt(info, 'DockerRootDir'),
  };
}

/** Removes build cache that was not used for a time; the bytes that came free. */
export async function pruneBuildCache(docker: Docker, olderThanMs: number): Promise<number> {
  const until = [`${Math.ceil(olderThanMs / 1_000)}s`];
  const answer = await requestJson(docker, {
    method: 'POST',
    path: '/build/prune',
    query: { all: true, filters: { until } },
    timeoutMs: 300_000,
  });
  return numberAt(answer, 'SpaceReclaimed') ?? 0;
}
