import type { Container } from '@repo/docker/containers';
import {
  type DockerObject,
  getKey,
  getRepository,
  type Inventory,
  type Kind,
} from './docker-object.ts';

/**
 * The kinds to start with, each after its users. A daemon removes networks one after the other, at
 * 30 ms each, so the containers on networks go first.
 */
const REMOVAL_ORDER: readonly Kind[] = ['network', 'container', 'image', 'volume'];

/** Which object uses which. */
export interface UsageGraph {
  /** All objects, each after its users: networks, containers, images, volumes; oldest first. */
  readonly ordered: readonly DockerObject[];
  /** Containers that are attached to, run from or mount an object; images that were built on it. */
  readonly getUsers: (object: DockerObject) => readonly DockerObject[];
  /** The other tags and digests of an image. */
  readonly getSiblings: (object: DockerObject) => readonly DockerObject[];
  /** The container was started from this tag, or from a digest, which is removed with the last tag. */
  readonly isStartedFrom: (container: DockerObject, image: DockerObject) => boolean;
}

/** @param oldestFirst order by age only, as far as users allow it */
export function buildUsageGraph(
  inventory: Inventory,
  objects: readonly DockerObject[],
  oldestFirst: boolean,
): UsageGraph {
  const containers = new Map(
    objects.filter(({ kind }) => kind === 'container').map((object) => [object.id, object]),
  );
  const imageNames = new Map(inventory.containers.map(({ id, image }) => [id, image]));
  const imageObjects = Map.groupBy(
    objects.filter(({ kind }) => kind === 'image'),
    ({ id }) => id,
  );
  const users = new Map<string, DockerObject[]>();
  const add = (used: string, user: DockerObject | undefined) => {
    if (!user) return;
    const list = users.get(used);
    if (list) list.push(user);
    else users.set(used, [user]);
  };
  for (const container of inventory.containers) {
    const user = containers.get(container.id);
    add(`image ${container.imageId}`, user);
    for (const volume of user?.volumes ?? []) add(`volume ${volume}`, user);
    const shared = new Set([container.networkOf, ...(inventory.sharing.get(container.id) ?? [])]);
    for (const id of shared) add(`container ${id}`, user);
  }
  for (const network of inventory.networks) {
    for (const container of findAttached(network, inventory.containers)) {
      add(`network ${network.id}`, containers.get(container.id));
    }
  }
  for (const { id, parentId } of inventory.images) {
    if (parentId === '') continue;
    for (const child of imageObjects.get(id) ?? []) add(`image ${parentId}`, child);
  }
  const getUsers = ({ kind, id }: DockerObject) => users.get(`${kind} ${id}`) ?? [];
  return {
    ordered: sortByUsage(objects, getUsers, oldestFirst),
    getUsers,
    getSiblings: (object) =>
      (imageObjects.get(object.id) ?? []).filter(({ reference }) => reference !== object.reference),
    isStartedFrom: (container, image) => {
      const [name = '', digest] = (imageNames.get(container.id) ?? '').split('@');
      if (name === image.reference || `${name}:latest` === image.reference) return true;
      return digest !== undefined && getRepository(name) === getRepository(image.reference ?? '');
    },
  };
}

/**
 * Containers attached to a network, running or not. A container that was never started has only the
 * network's name; Podman always has the name in place of the ID.
 */
export function findAttached(
  network: { readonly id: string; readonly name: string },
  containers: readonly Container[],
): readonly Container[] {
  return containers.filter(({ networks }) =>
    networks.some(({ id, name }) =>
      id === '' || id === name
        ? name === network.name || network.id.startsWith(name)
        : id === network.id,
    ),
  );
}

/**
 * The users that block the removal of an object. A tag can be removed under its users if the image
 * keeps another tag, unless a container was started from this tag or from a digest of its repository.
 */
export function findRemainingUsers(
  object: DockerObject,
  { getUsers, getSiblings, isStartedFrom }: UsageGraph,
  stays: (object: DockerObject) => boolean,
): readonly DockerObject[] {
  const users = getUsers(object).filter(stays);
  if (users.length === 0 || !getSiblings(object).some(stays)) return users;
  return users.filter((user) => user.kind === 'container' && isStartedFrom(user, object));
}

/** Sorts each object after all of its users; otherwise by kind, then by age. */
function sortByUsage(
  objects: readonly DockerObject[],
  getUsers: (object: DockerObject) => readonly DockerObject[],
  oldestFirst: boolean,
): readonly DockerObject[] {
  const preferred = objects.toSorted(
    (a, b) =>
      (oldestFirst ? 0 : REMOVAL_ORDER.indexOf(a.kind) - REMOVAL_ORDER.indexOf(b.kind)) ||
      (a.createdMs ?? Number.MAX_VALUE) - (b.createdMs ?? Number.MAX_VALUE),
  );
  const sorted: DockerObject[] = [];
  const visited = new Set<string>();
  // An explicit stack: a chain of parent images may be longer than the call stack.
  for (const first of preferred) {
    const stack = [{ object: first, entered: false }];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const { object, entered } = top;
      if (entered) sorted.push(object);
      else if (!visited.has(getKey(object))) {
        visited.add(getKey(object));
        stack.push({ object, entered: true });
        for (const user of getUsers(object)) stack.push({ object: user, entered: false });
      }
    }
  }
  return sorted;
}
