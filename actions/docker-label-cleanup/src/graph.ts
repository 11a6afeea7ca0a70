import type { Container } from '@repo/docker/containers';
import { type Kind, keyOf, repositoryOf, type Subject, type World } from './subject.ts';

/**
 * What is gone for first, all of its users before it. A daemon removes networks one after the other,
 * 30 ms each: what waits for them shall not be the last of everything.
 */
const ORDER: readonly Kind[] = ['network', 'container', 'image', 'volume'];

/** Who uses what. */
export interface Graph {
  /** All subjects, users before what they use: networks, containers, images, volumes; the oldest first. */
  readonly ordered: readonly Subject[];
  /** Containers that are attached to, run from or mount it; images that were built on it. */
  readonly usersOf: (subject: Subject) => readonly Subject[];
  /** The other tags and digests of an image. */
  readonly siblingsOf: (subject: Subject) => readonly Subject[];
  /** The container was started from this very tag, or by a digest, which goes with the last tag. */
  readonly names: (container: Subject, image: Subject) => boolean;
}

/** @param oldestFirst whether age alone decides the order, where users allow it */
export function graphOf(world: World, subjects: readonly Subject[], oldestFirst: boolean): Graph {
  const containers = new Map(
    subjects.filter(({ kind }) => kind === 'container').map((subject) => [subject.id, subject]),
  );
  const given = new Map(world.containers.map(({ id, image }) => [id, image]));
  const ofImage = Map.groupBy(
    subjects.filter(({ kind }) => kind === 'image'),
    ({ id }) => id,
  );
  const users = new Map<string, Subject[]>();
  const add = (used: string, user: Subject | undefined) => {
    if (!user) return;
    const list = users.get(used);
    if (list) list.push(user);
    else users.set(used, [user]);
  };
  for (const container of world.containers) {
    const user = containers.get(container.id);
    add(`image ${container.imageId}`, user);
    for (const volume of user?.volumes ?? []) add(`volume ${volume}`, user);
    const shared = new Set([container.networkOf, ...(world.sharing.get(container.id) ?? [])]);
    for (const id of shared) add(`container ${id}`, user);
  }
  for (const network of world.networks) {
    for (const container of attachedTo(network, world.containers)) {
      add(`network ${network.id}`, containers.get(container.id));
    }
  }
  for (const { id, parentId } of world.images) {
    if (parentId !== '') for (const child of ofImage.get(id) ?? []) add(`image ${parentId}`, child);
  }
  const usersOf = ({ kind, id }: Subject) => users.get(`${kind} ${id}`) ?? [];
  return {
    ordered: ordered(subjects, usersOf, oldestFirst),
    usersOf,
    siblingsOf: (subject) =>
      (ofImage.get(subject.id) ?? []).filter(({ reference }) => reference !== subject.reference),
    names: (container, image) => {
      const [name = '', digest] = (given.get(container.id) ?? '').split('@');
      if (name === image.reference || `${name}:latest` === image.reference) return true;
      return digest !== undefined && repositoryOf(name) === repositoryOf(image.reference ?? '');
    },
  };
}

/**
 * Containers that have a network, running or not. Before the first start only its name is known;
 * Podman has the name for an ID always.
 */
export function attachedTo(
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
 * The users because of which a subject cannot go. A tag of an image that keeps another one can go
 * under all of them, but for a container that was started by this very tag or by a digest of
 * its repository.
 */
export function usersThatStay(
  subject: Subject,
  { usersOf, siblingsOf, names }: Graph,
  stays: (subject: Subject) => boolean,
): readonly Subject[] {
  const users = usersOf(subject).filter(stays);
  if (users.length === 0 || !siblingsOf(subject).some(stays)) return users;
  return users.filter((user) => user.kind === 'container' && names(user, subject));
}

/** Each after all of its users; otherwise by kind, then by age. */
function ordered(
  subjects: readonly Subject[],
  usersOf: (subject: Subject) => readonly Subject[],
  oldestFirst: boolean,
): readonly Subject[] {
  const wanted = subjects.toSorted(
    (a, b) =>
      (oldestFirst ? 0 : ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)) ||
      (a.bornMs ?? Number.MAX_VALUE) - (b.bornMs ?? Number.MAX_VALUE),
  );
  const result: Subject[] = [];
  const seen = new Set<string>();
  // With a stack of our own: a chain of parents may be longer than the call stack.
  for (const first of wanted) {
    const stack = [{ subject: first, entered: false }];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const { subject, entered } = top;
      if (entered) result.push(subject);
      else if (!seen.has(keyOf(subject))) {
        seen.add(keyOf(subject));
        stack.push({ subject, entered: true });
        for (const user of usersOf(subject)) stack.push({ subject: user, entered: false });
      }
    }
  }
  return result;
}
