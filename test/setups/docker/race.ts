import { type DockerProxy, startProxy } from '../../real/docker-proxy.ts';
import type { Dockerd } from '../../real/dockerd.ts';

/** Starts a proxy of a daemon that another user changes at one moment of a clean-up. */
export interface Race extends DockerProxy {
  /** Whether the moment has come. */
  readonly happened: () => boolean;
}

/** The change happens after the survey: before a list is read again, or before a removal. */
export async function changeAfterSurvey(
  daemon: Dockerd,
  change: () => Promise<unknown>,
): Promise<Race> {
  const seen = new Set<string>();
  return startRace(daemon, change, (method, path) => {
    const key = path.split('?')[0] ?? '';
    const repeated = method !== 'GET' || seen.has(key);
    seen.add(key);
    return repeated;
  });
}

/** The change happens before the first removal of a container, after the action looked at it. */
export function changeBeforeRemoval(
  daemon: Dockerd,
  change: () => Promise<unknown>,
): Promise<Race> {
  return startRace(daemon, change, (method) => method === 'DELETE');
}

async function startRace(
  daemon: Dockerd,
  change: () => Promise<unknown>,
  isMoment: (method: string, path: string) => boolean,
): Promise<Race> {
  let changed: Promise<unknown> | undefined;
  const proxy = await startProxy(daemon, 'race', {
    before: async (method, path) => {
      if (isMoment(method, path)) changed ??= change();
      await changed;
    },
  });
  return { ...proxy, happened: () => changed !== undefined };
}
