import type { Container } from '@repo/docker/containers';
import type { Image } from '@repo/docker/images';
import type { Network } from '@repo/docker/networks';
import type { Volume } from '@repo/docker/volumes';
import type { Policy } from './plan.ts';
import { protectRules } from './protect.ts';
import { KINDS, type World } from './subject.ts';

/** The present of the tests. */
export const NOW_MS = Date.UTC(2026, 0, 1);
export const HOUR_MS = 3_600_000;

type Given<T> = Partial<Omit<T, 'labels'>> & { readonly labels?: Readonly<Record<string, string>> };

export function container(id: string, given: Given<Container> = {}): Container {
  return {
    id,
    names: [id],
    image: '',
    imageId: '',
    createdMs: NOW_MS - HOUR_MS,
    state: 'exited',
    networks: [],
    networkOf: '',
    mounts: [],
    ...given,
    labels: new Map(Object.entries(given.labels ?? {})),
  };
}

export function image(id: string, given: Given<Image> = {}): Image {
  return {
    id,
    parentId: '',
    tags: [],
    digests: [],
    createdMs: NOW_MS - HOUR_MS,
    bytes: 0,
    ...given,
    labels: new Map(Object.entries(given.labels ?? {})),
  };
}

export function network(id: string, given: Given<Network> = {}): Network {
  return {
    id,
    name: id,
    driver: 'bridge',
    scope: 'local',
    ingress: false,
    createdMs: NOW_MS - HOUR_MS,
    ...given,
    labels: new Map(Object.entries(given.labels ?? {})),
  };
}

export function volume(name: string, given: Given<Volume> = {}): Volume {
  return {
    name,
    driver: 'local',
    createdMs: NOW_MS - HOUR_MS,
    ...given,
    labels: new Map(Object.entries(given.labels ?? {})),
  };
}

/** The mount of a volume. */
export function mount(name: string) {
  return { type: 'volume', volume: name, source: '', destination: `/${name}` };
}

export function world(given: Partial<World>): World {
  return {
    nowMs: NOW_MS,
    containers: [],
    images: [],
    taggedMs: new Map(),
    networks: [],
    volumes: [],
    sharing: new Map(),
    self: [],
    ...given,
  };
}

/** What is labelled `ci` is selected; everything else is as the inputs' defaults have it. */
export function policy(given: Partial<Policy> = {}): Policy {
  return {
    selector: [[{ key: 'ci', value: undefined }]],
    owner: [],
    tags: [],
    protect: protectRules([]),
    labelSource: 'any',
    kinds: new Set(KINDS),
    running: 'remove',
    minAgeMs: 0,
    keepLast: 0,
    anonymousVolumes: true,
    oldestFirst: false,
    ...given,
  };
}
