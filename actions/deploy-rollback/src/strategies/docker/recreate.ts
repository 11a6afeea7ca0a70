import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import type { Docker } from '@repo/docker/client';
import {
  connectToNetwork,
  createContainer,
  renameContainer,
  startContainer,
  stopContainer,
} from '@repo/docker/container-changes';
import { inspectContainer, removeContainer } from '@repo/docker/containers';
import { inspectVolume } from '@repo/docker/volumes';
import { giveBackName } from './pin.ts';
import { type Settings, withVolumes } from './settings.ts';

/** What a container is to be made of again. */
export interface Model {
  readonly name: string;
  /** `sha256:…` */
  readonly imageId: string;
  /** As the image was named when the container was made: `app:latest`, an ID, a digest. */
  readonly imageName: string;
  readonly settings: Settings;
}

/**
 * Puts a container made of the model in the place of the one that is there. The other one is stopped
 * only when the new one has been made, and comes back when the new one cannot be started. Names tell
 * how far a run has come that was killed: it is taken over from there.
 *
 * @throws ActionError where it cannot be started
 */
export async function recreate(
  docker: Docker,
  model: Model,
  graceSeconds: number | undefined,
): Promise<void> {
  const { name } = model;
  const [draft, aside] = [`${name}.deploy-rollback-new`, `${name}.deploy-rollback-old`];
  await removeContainer(docker, draft, { force: true, volumes: false });
  const left = await inspectContainer(docker, aside);
  if (left !== undefined && (await inspectContainer(docker, name)) !== undefined) {
    // The kill came when the new one was in its place.
    await removeContainer(docker, aside, { force: true, volumes: false });
  }

  const id = await create(docker, draft, model);
  const old = await inspectContainer(docker, name);
  const other = old ?? left;
  if (other !== undefined) await stop(docker, other.id, graceSeconds);
  // Stopped before: the name of one that is being restarted all the time cannot be changed. And one
  // that removes itself when it ends is gone by now.
  if (old !== undefined && (await inspectContainer(docker, old.id)) !== undefined) {
    await renameContainer(docker, old.id, aside);
  }
  await renameContainer(docker, id, name);
  try {
    await startContainer(docker, id);
  } catch (error) {
    await removeContainer(docker, id, { force: true, volumes: false });
    if (other !== undefined && (await inspectContainer(docker, other.id)) !== undefined) {
      await renameContainer(docker, other.id, name);
      if (other.state === 'running') await startContainer(docker, other.id);
    }
    throw error;
  }
  // Its volumes stay: a snapshot of it may need them.
  await removeContainer(docker, aside, { force: true, volumes: false });
}

/** Makes it, under another name and without starting it. */
async function create(docker: Docker, draft: string, model: Model): Promise<string> {
  const { imageId, imageName, settings } = model;
  const image = await giveBackName(docker, imageId, imageName);
  const names = [...settings.anonymous.values()];
  const volumes = await Promise.all(names.map((name) => inspectVolume(docker, name)));
  const there = new Set(volumes.flatMap((volume) => (volume ? [volume.name] : [])));
  const id = await createContainer(docker, draft, {
    ...withVolumes(settings, there),
    Image: image,
  });
  for (const { network, endpoint } of settings.connect) {
    await connectToNetwork(docker, network, id, endpoint);
  }
  const made = await inspectContainer(docker, id);
  if (made?.imageId !== imageId) {
    await removeContainer(docker, id, { force: true, volumes: false });
    throw new ActionError(`${plain(image)} was given to another image meanwhile`, {
      remedy: 'Let no other job build or pull it during a rollback.',
    });
  }
  return id;
}

async function stop(docker: Docker, id: string, graceSeconds: number | undefined): Promise<void> {
  if ((await inspectContainer(docker, id)) === undefined) return;
  await stopContainer(docker, id, graceSeconds);
}
