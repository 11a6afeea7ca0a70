import type { Container } from '@repo/docker/containers';
import type { Image } from '@repo/docker/images';
import type { Labels } from '@repo/docker/json';
import type { Network } from '@repo/docker/networks';
import type { Volume } from '@repo/docker/volumes';

export const KINDS = ['container', 'image', 'network', 'volume'] as const;
export type Kind = (typeof KINDS)[number];

/** Everything that the daemon has, at one moment. */
export interface World {
  /** The daemon's own clock, epoch milliseconds. */
  readonly nowMs: number;
  readonly containers: readonly Container[];
  readonly images: readonly Image[];
  /** When images last got a tag, epoch milliseconds, by their IDs; only those that were asked. */
  readonly taggedMs: ReadonlyMap<string, number>;
  readonly networks: readonly Network[];
  readonly volumes: readonly Volume[];
  /** Whose processes or memory containers share, by their IDs; only of those that were asked. */
  readonly sharing: ReadonlyMap<string, readonly string[]>;
  /** IDs, or their beginnings, of containers that we may be running in. */
  readonly self: readonly string[];
}

/** One thing that can be removed by itself: an image is one for each of its tags. */
export interface Subject {
  readonly kind: Kind;
  /** Of an image the image's, of a volume its name. */
  readonly id: string;
  /** How people call it; an image without a tag by the beginning of its ID. */
  readonly name: string;
  /** Of an image: the tag or digest to remove; `undefined` for a dangling one. */
  readonly reference: string | undefined;
  readonly labels: Labels;
  /** Labels that do not come from the image below. */
  readonly ownLabels: Labels;
  /** When it came to be on this daemon, epoch milliseconds. */
  readonly bornMs: number | undefined;
  /** Of an image: it may have come here long after it was built, and nobody knows when. */
  readonly pulled: boolean;
  /** Of a container. */
  readonly running: boolean;
  /** Of an image, with the layers that others share; 0 of all others, which Docker does not tell. */
  readonly bytes: number;
  /** Of a container: all the volumes that it uses. */
  readonly volumes: readonly string[];
  /** Made by Docker itself, and not to be removed. */
  readonly predefined: boolean;
}

/** Tells subjects apart; a tag that moves to another image is another subject. */
export function keyOf({ kind, id, reference }: Pick<Subject, 'kind' | 'id' | 'reference'>): string {
  return reference === undefined ? `${kind} ${id}` : `${kind} ${id} ${reference}`;
}

export function containerSubject(
  container: Container,
  images: ReadonlyMap<string, Image>,
): Subject {
  const image = images.get(container.imageId);
  return {
    ...NOTHING,
    kind: 'container',
    id: container.id,
    name: container.names[0] ?? container.id.slice(0, 12),
    labels: container.labels,
    // Of an image that is gone nobody knows the labels: then all may come from it.
    ownLabels: image ? without(container.labels, image.labels) : NO_LABELS,
    bornMs: container.createdMs,
    running: isRunning(container.state),
    volumes: container.mounts.filter(({ type }) => type === 'volume').map(({ volume }) => volume),
  };
}

/** A subject for each tag and digest of an image, or one if it has none. */
export function imageSubjects(
  image: Image,
  taggedMs: number | undefined,
  images: ReadonlyMap<string, Image>,
): readonly Subject[] {
  const parent = images.get(image.parentId);
  const all = {
    ...NOTHING,
    kind: 'image' as const,
    id: image.id,
    labels: image.labels,
    ownLabels: parent ? without(image.labels, parent.labels) : image.labels,
    bornMs: imageBirth(image.createdMs, taggedMs),
    pulled: isPulled(image, taggedMs),
    bytes: image.bytes,
  };
  const references = referencesOf(image);
  if (references.length === 0)
    return [{ ...all, name: image.id.slice(0, 19), reference: undefined }];
  return references.map((reference) => ({ ...all, name: reference, reference }));
}

/** Its tags, and the digests of repositories in which it has no tag (those go with the tag). */
export function referencesOf({
  tags,
  digests,
}: Pick<Image, 'tags' | 'digests'>): readonly string[] {
  const tagged = new Set(tags.map(repositoryOf));
  return [...tags, ...digests.filter((digest) => !tagged.has(repositoryOf(digest)))];
}

/** `localhost:5000/team/app:1` and `localhost:5000/team/app@sha256:…` → `localhost:5000/team/app` */
export function repositoryOf(reference: string): string {
  const [name = ''] = reference.split('@');
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

/**
 * When an image came to be here: the later one of when it was built and when it got a tag. Builds
 * that can be reproduced say 1970 or 1980, which says nothing.
 */
export function imageBirth(
  createdMs: number | undefined,
  taggedMs: number | undefined,
): number | undefined {
  const known = [createdMs, taggedMs].filter((ms) => ms !== undefined && ms > FIRST_DOCKER_MS);
  return known.length === 0 ? undefined : Math.max(...(known as number[]));
}

/** Docker notes no time when it pulls, Podman never does; only what a registry knows has a digest. */
export function isPulled({ digests }: Pick<Image, 'digests'>, taggedMs: number | undefined) {
  return taggedMs === undefined && digests.length > 0;
}

export function networkSubject(network: Network): Subject {
  return {
    ...NOTHING,
    kind: 'network',
    id: network.id,
    name: network.name,
    labels: network.labels,
    ownLabels: network.labels,
    bornMs: network.createdMs,
    predefined: network.ingress || PREDEFINED_NETWORKS.has(network.name),
  };
}

export function volumeSubject(volume: Volume): Subject {
  return {
    ...NOTHING,
    kind: 'volume',
    id: volume.name,
    name: volume.name,
    labels: volume.labels,
    ownLabels: volume.labels,
    bornMs: volume.createdMs,
  };
}

/** Whether something within the container may be at work. */
export function isRunning(state: Container['state']): boolean {
  return state === 'running' || state === 'paused' || state === 'restarting';
}

/** 13 March 2013: no image is older than Docker. */
const FIRST_DOCKER_MS = Date.UTC(2013, 2, 13);
const NO_LABELS: Labels = new Map();
const PREDEFINED_NETWORKS: ReadonlySet<string> = new Set([
  'bridge',
  'host',
  'none',
  'nat',
  'ingress',
  'docker_gwbridge',
]);
const NOTHING = {
  reference: undefined,
  pulled: false,
  running: false,
  bytes: 0,
  volumes: [],
  predefined: false,
} as const;

function without(labels: Labels, inherited: Labels): Labels {
  return new Map([...labels].filter(([key, value]) => inherited.get(key) !== value));
}
