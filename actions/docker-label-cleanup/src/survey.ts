import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Docker } from '@repo/docker/client';
import { inspectContainer, listContainers } from '@repo/docker/containers';
import { type Image, inspectImage, listImages } from '@repo/docker/images';
import { listNetworks } from '@repo/docker/networks';
import { listVolumes } from '@repo/docker/volumes';
import type { Context } from './context.ts';
import { plan } from './plan.ts';
import type { Inventory } from './selection/docker-object.ts';
import { findMatchingGroup, type Policy } from './selection/selection.ts';

/**
 * Reads everything that is on the daemon. It uses no filters: the daemon ignores filters that it
 * does not know, and finding the users of an object takes all containers anyway.
 */
export async function survey({ docker, policy }: Context): Promise<Inventory> {
  const [containers, images, networks, volumes, self] = await Promise.all([
    listContainers(docker),
    listImages(docker),
    listNetworks(docker),
    listVolumes(docker),
    findOwnContainers(),
  ]);
  const inventory: Inventory = {
    nowMs: docker.now(),
    containers,
    images,
    taggedMs: await readTagTimes(docker, images, policy),
    networks,
    volumes,
    sharing: new Map(),
    self,
  };
  return { ...inventory, sharing: await readSharing(docker, inventory, policy) };
}

/** Tag times take one request per image: only images whose age matters are inspected. */
async function readTagTimes(
  docker: Docker,
  images: readonly Image[],
  policy: Policy,
): Promise<ReadonlyMap<string, number>> {
  if (policy.minAgeMs === 0 && policy.keepLast === 0 && !policy.oldestFirst) return new Map();
  const tagged = await Promise.all(
    images
      .filter(({ labels }) => findMatchingGroup(labels, policy) !== undefined)
      .map(async ({ id }) => [id, (await inspectImage(docker, id))?.taggedMs] as const),
  );
  return new Map(tagged.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/**
 * Reads which containers share processes or memory with which; a container stops with the one whose
 * processes it shares. Lists do not have this, so the containers that stay are inspected, until
 * their answers keep no further container.
 */
async function readSharing(
  docker: Docker,
  inventory: Inventory,
  policy: Policy,
): Promise<Inventory['sharing']> {
  const sharing = new Map<string, readonly string[]>();
  for (;;) {
    const { decisions } = plan({ ...inventory, sharing }, policy);
    const containers = decisions.filter(({ object }) => object.kind === 'container');
    const staying = containers.filter(({ decision }) => decision.kind !== 'remove');
    if (staying.length === containers.length) return sharing;
    const answers = await Promise.all(
      staying
        .filter(({ object }) => !sharing.has(object.id))
        .map(async ({ object: { id } }) => {
          const sharesWith = (await inspectContainer(docker, id))?.sharesWith ?? [];
          sharing.set(id, sharesWith);
          return sharesWith.length > 0;
        }),
    );
    if (!answers.includes(true)) return sharing;
  }
}

/**
 * IDs, or prefixes of IDs, of the container that the action runs in: from Docker's mounts in it, its
 * control groups and its host name. Empty outside of a container.
 */
async function findOwnContainers(): Promise<readonly string[]> {
  const texts = await Promise.all(
    ['/proc/self/mountinfo', '/proc/self/cgroup'].map((path) =>
      readFile(path, 'utf8').catch(() => ''),
    ),
  );
  return parseContainerIds(texts.join('\n'), hostname());
}

/** @param text of mountinfo and cgroup of the process */
export function parseContainerIds(text: string, host: string): readonly string[] {
  const matches = [
    // Only mounts over files of this container: on the daemon's machine, mounts of all containers
    // are visible.
    ...text.matchAll(/\/([0-9a-f]{64})\/(?:userdata\/)?(?:hostname|hosts|resolv\.conf) \/etc\//g),
    ...text.matchAll(
      /^\d+:[^:]*:.*\/(?:docker[/-]|libpod-)?([0-9a-f]{64})(?:\.scope)?(?:\/container)?$/gm,
    ),
  ];
  const ids = matches.map(([, id = '']) => id);
  // By default the host name of a container is the start of its ID.
  return [...new Set(/^[0-9a-f]{12}$/.test(host) ? [...ids, host] : ids)];
}
