import type { Docker } from '@repo/docker/client';
import { listContainers, removeContainer } from '@repo/docker/containers';
import { inspectImage, removeImage } from '@repo/docker/images';
import type { Labels } from '@repo/docker/json';
import { inspectNetwork, removeNetwork } from '@repo/docker/networks';
import type { Removal } from '@repo/docker/requests';
import { listVolumes, removeVolume } from '@repo/docker/volumes';
import { attachedTo } from './graph.ts';
import type { Step } from './plan.ts';
import { shareQuestions } from './share-questions.ts';
import {
  imageBirth,
  isPulled,
  isRunning,
  type Kind,
  referencesOf,
  type Subject,
} from './subject.ts';

/** What a subject is right before it is removed. */
type Look =
  | { readonly kind: 'there'; readonly subject: Subject }
  | { readonly kind: 'gone' }
  | { readonly kind: 'changed'; readonly what: string }
  | { readonly kind: 'in-use'; readonly by: string };

interface Remover {
  readonly look: (subject: Subject) => Promise<Look>;
  readonly remove: (step: Step) => Promise<Removal>;
}

export type Removers = Readonly<Record<Kind, Remover>>;

export function removersFor(docker: Docker): Removers {
  // The daemon takes IDs and names for patterns, or ignores them: what is ours is found here.
  const containerNow = shareQuestions(
    async (ids) => new Map((await listContainers(docker, { id: ids })).map((one) => [one.id, one])),
  );
  const volumeNow = shareQuestions(
    async (names) =>
      new Map((await listVolumes(docker, { name: names })).map((one) => [one.name, one])),
  );
  return {
    container: {
      look: async (subject) => {
        const found = await containerNow(subject.id);
        if (!found) return { kind: 'gone' };
        return there(
          subject,
          { name: found.names[0] ?? subject.name, running: isRunning(found.state) },
          found.labels,
        );
      },
      remove: ({ subject, withVolumes }) =>
        removeContainer(docker, subject.id, { force: true, volumes: withVolumes }),
    },

    image: {
      look: async (subject) => {
        const found = await inspectImage(docker, subject.reference ?? subject.id);
        if (!found) return { kind: 'gone' };
        if (found.id !== subject.id)
          return { kind: 'changed', what: 'the tag names another image' };
        if (subject.reference === undefined && referencesOf(found).length > 0) {
          return { kind: 'changed', what: 'the image got a tag' };
        }
        return there(
          subject,
          {
            bornMs: imageBirth(found.createdMs, found.taggedMs),
            pulled: isPulled(found, found.taggedMs),
          },
          found.labels,
        );
      },
      remove: ({ subject }) => removeImage(docker, subject.reference ?? subject.id),
    },

    network: {
      look: async (subject) => {
        const [found, candidates] = await Promise.all([
          inspectNetwork(docker, subject.id),
          // The daemon would remove it under stopped containers, which could never start again.
          listContainers(docker, { network: [subject.id, subject.name] }),
        ]);
        if (!found) return { kind: 'gone' };
        const [user] = attachedTo(found, candidates);
        if (user) return { kind: 'in-use', by: `container ${user.names[0] ?? user.id}` };
        return there(subject, {}, found.labels);
      },
      remove: ({ subject }) => removeNetwork(docker, subject.id),
    },

    volume: {
      look: async (subject) => {
        const found = await volumeNow(subject.id);
        if (!found) return { kind: 'gone' };
        // Without an ID, another volume may have come to have the name.
        return there(subject, { bornMs: found.createdMs }, found.labels);
      },
      remove: ({ subject }) => removeVolume(docker, subject.id),
    },
  };
}

function there(subject: Subject, now: Partial<Subject>, labels: Labels): Look {
  const sameLabels =
    labels.size === subject.labels.size &&
    [...labels].every(([key, value]) => subject.labels.get(key) === value);
  if (!sameLabels) return { kind: 'changed', what: 'its labels are others now' };
  return { kind: 'there', subject: { ...subject, ...now } };
}
