import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { field } from '@repo/core/config/field';
import { ActionError } from '@repo/core/errors/action-error';
import { duration } from '@repo/core/inputs/duration';
import { plain } from '@repo/core/text/untrusted';
import type { Docker } from '@repo/docker/client';
import { inspectContainer } from '@repo/docker/containers';
import { dockerHost } from '@repo/docker/endpoint';
import { inspectImage } from '@repo/docker/images';
import { textAt } from '@repo/docker/json';
import { inspectNetwork } from '@repo/docker/networks';
import { inspectVolume } from '@repo/docker/volumes';
import * as v from 'valibot';
import { digest } from '../digest.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { readSnapshotPart, runPreflight } from '../snapshot-part.ts';
import type { Identity, Part, Ports, SnapshotPart, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { describeContainer } from './container-state.ts';
import { withDocker } from './daemon.ts';
import { recreate } from './recreate.ts';
import { type ContainerSettings, readSettings } from './settings.ts';
import {
  imageFields,
  SNAPSHOT_REPOSITORY,
  shortImageId,
  tagSnapshotImage,
  untagSnapshotImage,
} from './snapshot-image.ts';

/** The inspected container. Its environment may contain secrets. */
const CONTAINER_FILE = 'container.json';
const options = v.strictObject(
  {
    container: v.pipe(
      v.string(),
      v.regex(
        /^[a-zA-Z0-9][\w.-]{0,99}$/,
        'is not a valid name of a container\nUse its name, such as web.',
      ),
    ),
    host: v.optional(field(dockerHost())),
    'stop-timeout': v.optional(field(duration({ min: 1_000 }))),
  },
  'docker supports container, host and stop-timeout.',
);

type Options = v.InferOutput<typeof options>;

const partSchema = v.object({
  format: v.literal('docker/v1'),
  ...imageFields,
  sha256: v.string(),
});

/** A container, recreated from its previous image with the same settings. */
export const docker = strategyModule<Options>({
  name: 'docker',
  options,
  create: (given): Strategy => ({
    name: 'docker',
    title: `docker ${given.container}`,
    capture: (folder, ports) =>
      withDocker(given, ports, (daemon) => capture(daemon, given, folder)),
    preflight: (target, ports) =>
      runPreflight(() => withDocker(given, ports, (daemon) => preflight(daemon, given, target))),
    apply: (target, ports) =>
      withDocker(given, ports, (daemon) => apply(daemon, given, target, ports)),
    forget: (snapshot, ports) => withDocker(given, ports, (daemon) => forget(daemon, snapshot)),
    identify: (target, ports) =>
      withDocker(given, ports, (daemon) => identify(daemon, given, target)),
  }),
});

async function capture(daemon: Docker, { container }: Options, folder: string): Promise<Part> {
  const found = await inspectContainer(daemon, container);
  if (found === undefined) {
    throw new ActionError(`the container ${container} does not exist`, {
      remedy: 'Deploy the first release, or correct container.',
    });
  }
  const inspected = JSON.stringify(found.raw);
  await writeFile(join(folder, CONTAINER_FILE), inspected, { mode: 0o600, flag: 'wx' });
  const { sha256 } = await digest(toChunks(inspected));
  const tag = await tagSnapshotImage(daemon, found.imageId, container, folder);
  return { format: 'docker/v1', image: found.imageId, tag, sha256 };
}

interface ContainerSnapshot {
  readonly image: string;
  readonly imageName: string;
  readonly settings: ContainerSettings;
}

/** @throws ActionError if the snapshot is damaged */
async function readSnapshot(target: Target): Promise<ContainerSnapshot> {
  const { folder, part } = readSnapshotPart(target, partSchema);
  const text = await readFile(join(folder, CONTAINER_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) throw createDamaged('are missing');
  if ((await digest(toChunks(text))).sha256 !== part.sha256)
    throw createDamaged('have a different checksum');
  const inspected: unknown = JSON.parse(text);
  return {
    image: part.image,
    imageName: textAt(inspected, 'Config', 'Image'),
    settings: readSettings(inspected),
  };
}

async function preflight(daemon: Docker, { container }: Options, target: Target) {
  const { image, settings } = await readSnapshot(target);
  const found = await inspectImage(daemon, image);
  if (found === undefined) {
    throw new ActionError(
      `the image ${shortImageId(image)} of ${container} does not exist any more`,
      {
        remedy: `Load or pull it again. Do not remove the tags of ${SNAPSHOT_REPOSITORY}.`,
      },
    );
  }
  for (const name of settings.networks) {
    if ((await inspectNetwork(daemon, name)) === undefined) throw createMissing('network', name);
  }
  for (const name of settings.volumes) {
    if ((await inspectVolume(daemon, name)) === undefined) throw createMissing('volume', name);
  }
  const { sharedNetwork } = settings;
  if (sharedNetwork !== '' && (await inspectContainer(daemon, sharedNetwork)) === undefined) {
    throw createMissing('container that shares its network,', sharedNetwork.slice(0, 12));
  }
  const warnings: string[] = [];
  for (const [path, name] of settings.anonymous) {
    if ((await inspectVolume(daemon, name)) === undefined) {
      warnings.push(
        `${container} gets an empty volume at ${plain(path)}, because the previous one was removed`,
      );
    }
  }
  const current = await inspectContainer(daemon, container);
  const state = current === undefined ? 'does not exist' : `runs ${shortImageId(current.imageId)}`;
  return {
    step: `recreates ${container} (now: ${state}) from the image ${shortImageId(image)}`,
    warnings,
  };
}

async function apply(
  daemon: Docker,
  { container, 'stop-timeout': stopTimeoutMs }: Options,
  target: Target,
  ports: Ports,
) {
  const { image: imageId, imageName, settings } = await readSnapshot(target);
  const graceSeconds = stopTimeoutMs === undefined ? undefined : Math.ceil(stopTimeoutMs / 1_000);
  await withHeartbeat(`Recreating ${container}`, ports, () =>
    recreate(daemon, { name: container, imageId, imageName, settings }, graceSeconds),
  );
  return { done: `${container} runs ${plain(imageName)} (${shortImageId(imageId)}) again` };
}

async function forget(daemon: Docker, { part }: SnapshotPart): Promise<void> {
  const read = v.safeParse(partSchema, part);
  if (read.success) await untagSnapshotImage(daemon, read.output.tag);
}

/** Identifies the container by its image. It must also run and be healthy. */
async function identify(daemon: Docker, { container }: Options, target: Target): Promise<Identity> {
  const { part } = readSnapshotPart(target, partSchema);
  const expected = `${shortImageId(part.image)}, running`;
  const current = await inspectContainer(daemon, container);
  if (current === undefined) return { kind: 'other', found: 'no container', expected };
  const { found, isHealthy } = describeContainer(current);
  return current.imageId === part.image && isHealthy
    ? { kind: 'same', found }
    : { kind: 'other', found, expected };
}

function createMissing(kind: string, name: string): ActionError {
  return new ActionError(`the ${kind} ${plain(name)} does not exist any more`, {
    remedy: 'Create it again.',
  });
}

function createDamaged(problem: string): ActionError {
  return new ActionError(`the container settings in the snapshot ${problem}`, {
    remedy: 'Use another snapshot.',
  });
}

async function* toChunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
