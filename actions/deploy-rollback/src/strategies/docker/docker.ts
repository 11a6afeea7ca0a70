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
import { keptPart, preflightOf } from '../kept-part.ts';
import type { Identity, Part, Ports, SnapshotPart, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { conditionOf } from './condition.ts';
import { withDocker } from './daemon.ts';
import { KEEP, pin, pinned, short, unpin } from './pin.ts';
import { recreate } from './recreate.ts';
import { type Settings, settingsOf } from './settings.ts';

/** What was inspected; it has variables in it, which may be secrets. */
const INSPECTED = 'container.json';
const options = v.strictObject(
  {
    container: v.pipe(
      v.string(),
      v.regex(/^[a-zA-Z0-9][\w.-]{0,99}$/, 'is no name of a container\nWrite the name.'),
    ),
    host: v.optional(field(dockerHost())),
    'stop-timeout': v.optional(field(duration({ min: 1_000 }))),
  },
  'docker knows container, host and stop-timeout.',
);

type Options = v.InferOutput<typeof options>;

const keptSchema = v.object({
  format: v.literal('docker/v1'),
  ...pinned,
  sha256: v.string(),
});

/** A container, made again of the image that it ran, with the settings that it had. */
export const docker = strategyModule<Options>({
  name: 'docker',
  options,
  create: (given): Strategy => ({
    name: 'docker',
    title: `docker ${given.container}`,
    capture: (folder, ports) =>
      withDocker(given, ports, (daemon) => capture(daemon, given, folder)),
    preflight: (target, ports) =>
      preflightOf(() => withDocker(given, ports, (daemon) => ready(daemon, given, target))),
    apply: (target, ports) =>
      withDocker(given, ports, (daemon) => apply(daemon, given, target, ports)),
    forget: (kept, ports) => withDocker(given, ports, (daemon) => forget(daemon, kept)),
    identify: (target, ports) =>
      withDocker(given, ports, (daemon) => identify(daemon, given, target)),
  }),
});

async function capture(daemon: Docker, { container }: Options, folder: string): Promise<Part> {
  const found = await inspectContainer(daemon, container);
  if (found === undefined) {
    throw new ActionError(`there is no container ${container}`, {
      remedy: 'Deploy a first release by hand, or correct container.',
    });
  }
  const inspected = JSON.stringify(found.raw);
  await writeFile(join(folder, INSPECTED), inspected, { mode: 0o600, flag: 'wx' });
  const { sha256 } = await digest(bytesOf(inspected));
  const tag = await pin(daemon, found.imageId, container, folder);
  return { format: 'docker/v1', image: found.imageId, tag, sha256 };
}

interface Kinded {
  readonly image: string;
  readonly imageName: string;
  readonly settings: Settings;
}

/** @throws ActionError where it is not what was kept */
async function modelOf(target: Target): Promise<Kinded> {
  const { folder, part } = keptPart(target, keptSchema);
  const text = await readFile(join(folder, INSPECTED), 'utf8').catch(() => undefined);
  if (text === undefined) throw notKept('are missing');
  if ((await digest(bytesOf(text))).sha256 !== part.sha256) throw notKept('have another checksum');
  const inspected: unknown = JSON.parse(text);
  return {
    image: part.image,
    imageName: textAt(inspected, 'Config', 'Image'),
    settings: settingsOf(inspected),
  };
}

async function ready(daemon: Docker, { container }: Options, target: Target) {
  const { image, settings } = await modelOf(target);
  const found = await inspectImage(daemon, image);
  if (found === undefined) {
    throw new ActionError(`the image ${short(image)} of ${container} is not there any more`, {
      remedy: `Load or pull it again; nothing may remove the tags of ${KEEP}.`,
    });
  }
  for (const name of settings.networks) {
    if ((await inspectNetwork(daemon, name)) === undefined) throw gone('network', name);
  }
  for (const name of settings.volumes) {
    if ((await inspectVolume(daemon, name)) === undefined) throw gone('volume', name);
  }
  const { networkOf } = settings;
  if (networkOf !== '' && (await inspectContainer(daemon, networkOf)) === undefined) {
    throw gone('container with its network,', networkOf.slice(0, 12));
  }
  const warnings: string[] = [];
  for (const [place, name] of settings.anonymous) {
    if ((await inspectVolume(daemon, name)) === undefined) {
      warnings.push(`${container} gets an empty volume at ${plain(place)}: what it had is gone`);
    }
  }
  const now = await inspectContainer(daemon, container);
  const runs =
    now === undefined ? 'which is not there now' : `which runs ${short(now.imageId)} now`;
  return { step: `makes ${container} (${runs}) again of the image ${short(image)}`, warnings };
}

async function apply(
  daemon: Docker,
  { container, 'stop-timeout': grace }: Options,
  target: Target,
  ports: Ports,
) {
  const { image: imageId, imageName, settings } = await modelOf(target);
  const graceSeconds = grace === undefined ? undefined : Math.ceil(grace / 1_000);
  await withHeartbeat(`${container} is made again`, ports, () =>
    recreate(daemon, { name: container, imageId, imageName, settings }, graceSeconds),
  );
  return { done: `${container} runs ${plain(imageName)} (${short(imageId)}) again` };
}

async function forget(daemon: Docker, kept: SnapshotPart): Promise<void> {
  const read = v.safeParse(keptSchema, kept.part);
  if (read.success) await unpin(daemon, read.output.tag);
}

/** The image is who it is; one that does not run, or is not well yet, is not what it was. */
async function identify(daemon: Docker, { container }: Options, target: Target): Promise<Identity> {
  const { part } = keptPart(target, keptSchema);
  const expected = `${short(part.image)}, running`;
  const now = await inspectContainer(daemon, container);
  if (now === undefined) return { kind: 'other', found: 'no container', expected };
  const { found, isWell } = conditionOf(now);
  return now.imageId === part.image && isWell
    ? { kind: 'same', found }
    : { kind: 'other', found, expected };
}

function gone(kind: string, name: string): ActionError {
  return new ActionError(`the ${kind} ${plain(name)} is not there any more`, {
    remedy: 'Make it again; the container cannot be as it was without it.',
  });
}

function notKept(problem: string): ActionError {
  return new ActionError(`the settings of the container ${problem}`, {
    remedy: 'They are not what was kept: another snapshot has to serve.',
  });
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
