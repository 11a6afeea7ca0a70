import type { Container } from '@repo/docker/containers';
import type { Image } from '@repo/docker/images';
import type { Network } from '@repo/docker/networks';
import type { Volume } from '@repo/docker/volumes';
import { type Inventory, KINDS } from '../selection/docker-object.ts';
import { createProtectRules } from '../selection/protect.ts';
import type { Policy } from '../selection/selection.ts';

/** The daemon's time in tests. */
export const NOW_MS = Date.UTC(2026, 0, 1);
export const HOUR_MS = 3_600_000;

type Overrides<T> = Partial<Omit<T, 'labels'>> & {
  readonly labels?: Readonly<Record<string, string>>;
};

export function container(id: string, overrides: Overrides<Container> = {}): Container {
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
    ...overrides,
    labels: new Map(Object.entries(overrides.labels ?? {})),
  };
}

export function image(id: string, overrides: Overrides<Image> = {}): Image {
  return {
    id,
    parentId: '',
    tags: [],
    digests: [],
    createdMs: NOW_MS - HOUR_MS,
    bytes: 0,
    ...overrides,
    labels: new Map(Object.entries(overrides.labels ?? {})),
  };
}

export function network(id: string, overrides: Overrides<Network> = {}): Network {
  return {
    id,
    name: id,
    driver: 'bridge',
    scope: 'local',
    ingress: false,
    createdMs: NOW_MS - HOUR_MS,
    ...overrides,
    labels: new Map(Object.entries(overrides.labels ?? {})),
  };
}

export function volume(name: string, overrides: Overrides<Volume> = {}): Volume {
  return {
    name,
    driver: 'local',
    createdMs: NOW_MS - HOUR_MS,
    ...overrides,
    labels: new Map(Object.entries(overrides.labels ?? {})),
  };
}

/** The mount of a volume into a container. */
export function mount(name: string) {
  return { type: 'volume', volume: name, source: '', destination: `/${name}` };
}

export function inventory(overrides: Partial<Inventory>): Inventory {
  return {
    nowMs: NOW_MS,
    containers: [],
    images: [],
    taggedMs: new Map(),
    networks: [],
    volumes: [],
    sharing: new Map(),
    self: [],
    ...overrides,
  };
}

/** Selects objects with the label `ci`; otherwise the defaults of the inputs. */
export function policy(overrides: Partial<Policy> = {}): Policy {
  return {
    selector: [[{ key: 'ci', value: undefined }]],
    owner: [],
    tags: [],
    protect: createProtectRules([]),
    labelSource: 'any',
    kinds: new Set(KINDS),
    running: 'remove',
    minAgeMs: 0,
    keepLast: 0,
    anonymousVolumes: true,
    oldestFirst: false,
    ...overrides,
  };
}
