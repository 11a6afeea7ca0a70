import type { Container } from '@repo/docker/containers';
import type { Image } from '@repo/docker/images';
import type { Labels } from '@repo/docker/json';
import type { Network } from '@repo/docker/networks';
import type { Volume } from '@repo/docker/volumes';

export const KINDS = ['container', 'image', 'network', 'volume'] as const;
export type Kind = (typeof KINDS)[number];

/** Everything on the daemon at one moment. */
export interface Inventory {
  /** The time of the daemon's clock, epoch milliseconds. */
  readonly nowMs: number;
  readonly containers: readonly Container[];
  readonly images: readonly Image[];
  /** Image ID → time of the last tag, epoch milliseconds; only of inspected images. */
  readonly taggedMs: ReadonlyMap<string, number>;
  readonly networks: readonly Network[];
  readonly volumes: readonly Volume[];
  /** Container ID → containers whose processes or memory it shares; only of inspected containers. */
  readonly sharing: ReadonlyMap<string, readonly string[]>;
  /** IDs, or prefixes of IDs, of the container that the action runs in. */
  readonly self: readonly string[];
}

/** An object that can be removed on its own. An image is one object per tag. */
export interface DockerObject {
  readonly kind: Kind;
  /** The ID; for a volume its name. */
  readonly id: string;
  /** The displayed name; for an image without a tag the start of its ID. */
  readonly name: string;
  /** For an image: the tag or digest to remove; `undefined` for a dangling image. */
  readonly reference: string | undefined;
  readonly labels: Labels;
  /** Labels that are not inherited from the parent image. */
  readonly ownLabels: Labels;
  /** When the object was created on this daemon, epoch milliseconds; see {@link getImageCreatedMs}. */
  readonly createdMs: number | undefined;
  /** For an image: it may have been pulled long after it was built, and Docker has no time for that. */
  readonly pulled: boolean;
  /** For a container. */
  readonly running: boolean;
  /** For an image, including shared layers; otherwise 0, because Docker does not report sizes. */
  readonly bytes: number;
  /** For a container: all volumes that it uses. */
  readonly volumes: readonly string[];
  /** Created by Docker and not removable. */
  readonly predefined: boolean;
}

/** Identifies an object; a tag that moves to another image is another object. */
export function getKey({
  kind,
  id,
  reference,
}: Pick<DockerObject, 'kind' | 'id' | 'reference'>): string {
  return reference === undefined ? `${kind} ${id}` : `${kind} ${id} ${reference}`;
}

/**
 * What an object looked like when a plan file was written, as text. A volume name can be reused, so
 * the creation time of a volume is included.
 */
export function computeFingerprint(object: DockerObject): string {
  const { kind, name, running, labels, createdMs } = object;
  return JSON.stringify([name, running, [...labels].sort(), kind === 'volume' ? createdMs : null]);
}

export function toObjects(inventory: Inventory): readonly DockerObject[] {
  const images = new Map(inventory.images.map((image) => [image.id, image]));
  return [
    ...inventory.containers.map((container) => fromContainer(container, images)),
    ...inventory.images.flatMap((image) =>
      fromImage(image, inventory.taggedMs.get(image.id), images),
    ),
    ...inventory.networks.map(fromNetwork),
    ...inventory.volumes.map(fromVolume),
  ];
}

function fromContainer(container: Container, images: ReadonlyMap<string, Image>): DockerObject {
  const image = images.get(container.imageId);
  return {
    ...DEFAULTS,
    kind: 'container',
    id: container.id,
    name: container.names[0] ?? container.id.slice(0, 12),
    labels: container.labels,
    // The labels of a removed image are unknown: all labels may be inherited.
    ownLabels: image ? excludeLabels(container.labels, image.labels) : NO_LABELS,
    createdMs: container.createdMs,
    running: isRunning(container.state),
    volumes: container.mounts.filter(({ type }) => type === 'volume').map(({ volume }) => volume),
  };
}

/** One object per tag and digest of an image, or one if it has none. */
function fromImage(
  image: Image,
  taggedMs: number | undefined,
  images: ReadonlyMap<string, Image>,
): readonly DockerObject[] {
  const parent = images.get(image.parentId);
  const common = {
    ...DEFAULTS,
    kind: 'image' as const,
    id: image.id,
    labels: image.labels,
    ownLabels: parent ? excludeLabels(image.labels, parent.labels) : image.labels,
    createdMs: getImageCreatedMs(image.createdMs, taggedMs),
    pulled: isPulled(image, taggedMs),
    bytes: image.bytes,
  };
  const references = getReferences(image);
  if (references.length === 0) {
    return [{ ...common, name: image.id.slice(0, 19), reference: undefined }];
  }
  return references.map((reference) => ({ ...common, name: reference, reference }));
}

/** The tags, and the digests of repositories without a tag (the others are removed with the tag). */
export function getReferences({
  tags,
  digests,
}: Pick<Image, 'tags' | 'digests'>): readonly string[] {
  const tagged = new Set(tags.map(getRepository));
  return [...tags, ...digests.filter((digest) => !tagged.has(getRepository(digest)))];
}

/** `localhost:5000/team/app:1` and `localhost:5000/team/app@sha256:…` → `localhost:5000/team/app` */
export function getRepository(reference: string): string {
  const [name = ''] = reference.split('@');
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

/**
 * The later of the build time and the time of the last tag. Reproducible builds have a build time of
 * 1970 or 1980, which is ignored.
 */
export function getImageCreatedMs(
  builtMs: number | undefined,
  taggedMs: number | undefined,
): number | undefined {
  const times = [builtMs, taggedMs].filter((ms) => ms !== undefined && ms > DOCKER_RELEASE_MS);
  return times.length === 0 ? undefined : Math.max(...(times as number[]));
}

/** Docker does not record the time of a pull. Only an image known to a registry has a digest. */
export function isPulled({ digests }: Pick<Image, 'digests'>, taggedMs: number | undefined) {
  return taggedMs === undefined && digests.length > 0;
}

function fromNetwork(network: Network): DockerObject {
  return {
    ...DEFAULTS,
    kind: 'network',
    id: network.id,
    name: network.name,
    labels: network.labels,
    ownLabels: network.labels,
    createdMs: network.createdMs,
    predefined: network.ingress || PREDEFINED_NETWORKS.has(network.name),
  };
}

function fromVolume(volume: Volume): DockerObject {
  return {
    ...DEFAULTS,
    kind: 'volume',
    id: volume.name,
    name: volume.name,
    labels: volume.labels,
    ownLabels: volume.labels,
    createdMs: volume.createdMs,
  };
}

/** Whether a process in the container may be active. */
export function isRunning(state: Container['state']): boolean {
  return state === 'running' || state === 'paused' || state === 'restarting';
}

/** 13 March 2013, the first release of Docker; older times are not real. */
const DOCKER_RELEASE_MS = Date.UTC(2013, 2, 13);
const NO_LABELS: Labels = new Map();
const PREDEFINED_NETWORKS: ReadonlySet<string> = new Set([
  'bridge',
  'host',
  'none',
  'nat',
  'ingress',
  'docker_gwbridge',
]);
const DEFAULTS = {
  reference: undefined,
  pulled: false,
  running: false,
  bytes: 0,
  volumes: [],
  predefined: false,
} as const;

function excludeLabels(labels: Labels, inherited: Labels): Labels {
  return new Map([...labels].filter(([key, value]) => inherited.get(key) !== value));
}
