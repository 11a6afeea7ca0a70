import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Docker } from '@repo/docker/client';
import { listContainers } from '@repo/docker/containers';
import { type Image, inspectImage, listImages } from '@repo/docker/images';
import { listNetworks } from '@repo/docker/networks';
import { listVolumes } from '@repo/docker/volumes';
import type { World } from './subject.ts';

/**
 * Reads everything that is on the daemon. Without filters: the daemon ignores those that it does
 * not know, and to see who uses what it takes all containers anyway.
 *
 * @param ageMatters images of which the time of the last tag is asked for, at a request each
 */
export async function survey(
  docker: Docker,
  ageMatters: (image: Image) => boolean,
  self: readonly string[],
): Promise<World> {
  const [containers, images, networks, volumes] = await Promise.all([
    listContainers(docker),
    listImages(docker),
    listNetworks(docker),
    listVolumes(docker),
  ]);
  const tagged = await Promise.all(
    images.filter(ageMatters).map(async ({ id }) => {
      const details = await inspectImage(docker, id);
      return [id, details?.taggedMs] as const;
    }),
  );
  return {
    nowMs: docker.now(),
    containers,
    images,
    taggedMs: new Map(tagged.filter((entry): entry is [string, number] => entry[1] !== undefined)),
    networks,
    volumes,
    sharing: new Map(),
    self,
  };
}

/**
 * IDs, or their beginnings, of the container that we may be running in: from the mounts that Docker
 * makes in it, its control groups and its host name. Empty outside of one.
 */
export async function ownContainers(): Promise<readonly string[]> {
  const texts = await Promise.all(
    ['/proc/self/mountinfo', '/proc/self/cgroup'].map((path) =>
      readFile(path, 'utf8').catch(() => ''),
    ),
  );
  return containerIds(texts.join('\n'), hostname());
}

/** @param text of mountinfo and cgroup of the process */
export function containerIds(text: string, host: string): readonly string[] {
  const found = [
    // Only what is mounted over our own files: the daemon's machine sees mounts of all containers.
    ...text.matchAll(/\/([0-9a-f]{64})\/(?:userdata\/)?(?:hostname|hosts|resolv\.conf) \/etc\//g),
    ...text.matchAll(
      /^\d+:[^:]*:.*\/(?:docker[/-]|libpod-)?([0-9a-f]{64})(?:\.scope)?(?:\/container)?$/gm,
    ),
  ];
  const ids = found.map(([, id = '']) => id);
  // By default the host name of a container is the beginning of its ID.
  return [...new Set(/^[0-9a-f]{12}$/.test(host) ? [...ids, host] : ids)];
}
