import type { Docker } from '@repo/docker/client';
import { listContainers, removeContainer } from '@repo/docker/containers';
import { inspectImage, removeImage } from '@repo/docker/images';
import type { Labels } from '@repo/docker/json';
import { inspectNetwork, removeNetwork } from '@repo/docker/networks';
import type { Removal } from '@repo/docker/requests';
import { listVolumes, removeVolume } from '@repo/docker/volumes';
import type { Step } from '../plan.ts';
import {
  type DockerObject,
  getImageCreatedMs,
  getReferences,
  isPulled,
  isRunning,
  type Kind,
} from '../selection/docker-object.ts';
import { findAttached } from '../selection/usage-graph.ts';
import { batchInspect } from './batch-inspect.ts';

/** The state of an object right before it is removed. */
type Inspection =
  | { readonly kind: 'present'; readonly object: DockerObject }
  | { readonly kind: 'gone' | 'changed' | 'in-use'; readonly reason: string };

interface Remover {
  readonly inspect: (object: DockerObject) => Promise<Inspection>;
  readonly remove: (step: Step) => Promise<Removal>;
}

export type Removers = Readonly<Record<Kind, Remover>>;

export const GONE = { kind: 'gone', reason: 'already removed' } as const;

/** How to inspect and remove an object of each kind. */
export function createRemovers(docker: Docker): Removers {
  // The daemon treats filters as patterns, or ignores them: answers are matched by exact ID or name.
  const inspectContainers = batchInspect(
    async (ids) => new Map((await listContainers(docker, { id: ids })).map((one) => [one.id, one])),
  );
  const inspectVolumes = batchInspect(
    async (names) =>
      new Map((await listVolumes(docker, { name: names })).map((one) => [one.name, one])),
  );
  return {
    container: {
      inspect: async (object) => {
        const found = await inspectContainers(object.id);
        if (!found) return GONE;
        return compare(object, found.labels, {
          name: found.names[0] ?? object.name,
          running: isRunning(found.state),
        });
      },
      remove: ({ object, withVolumes }) =>
        removeContainer(docker, object.id, { force: true, volumes: withVolumes }),
    },

    image: {
      inspect: async (object) => {
        const found = await inspectImage(docker, object.reference ?? object.id);
        if (!found) return GONE;
        if (found.id !== object.id) {
          return { kind: 'changed', reason: 'the tag points to another image' };
        }
        if (object.reference === undefined && getReferences(found).length > 0) {
          return { kind: 'changed', reason: 'the image has a new tag' };
        }
        return compare(object, found.labels, {
          createdMs: getImageCreatedMs(found.createdMs, found.taggedMs),
          pulled: isPulled(found, found.taggedMs),
        });
      },
      remove: ({ object }) => removeImage(docker, object.reference ?? object.id),
    },

    network: {
      inspect: async (object) => {
        const [found, candidates] = await Promise.all([
          inspectNetwork(docker, object.id),
          // The daemon removes a network under stopped containers, which then cannot start again.
          listContainers(docker, { network: [object.id, object.name] }),
        ]);
        if (!found) return GONE;
        const [user] = findAttached(found, candidates);
        if (user) return { kind: 'in-use', reason: `container ${user.names[0] ?? user.id}` };
        return compare(object, found.labels, {});
      },
      remove: ({ object }) => removeNetwork(docker, object.id),
    },

    volume: {
      inspect: async (object) => {
        const found = await inspectVolumes(object.id);
        if (!found) return GONE;
        // Volumes have no ID: another volume may have the same name now.
        return compare(object, found.labels, { createdMs: found.createdMs });
      },
      remove: ({ object }) => removeVolume(docker, object.id),
    },
  };
}

function compare(object: DockerObject, labels: Labels, current: Partial<DockerObject>): Inspection {
  const sameLabels =
    labels.size === object.labels.size &&
    [...labels].every(([key, value]) => object.labels.get(key) === value);
  if (!sameLabels) return { kind: 'changed', reason: 'its labels changed' };
  return { kind: 'present', object: { ...object, ...current } };
}
