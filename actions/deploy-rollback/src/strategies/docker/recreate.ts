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
import { type ContainerSettings, withVolumes } from './settings.ts';
import { restoreImageName } from './snapshot-image.ts';

/** The container to create. */
export interface ContainerSpec {
  readonly name: string;
  /** `sha256:…` */
  readonly imageId: string;
  /** The name of the image when the container was created: `app:latest`, an ID, a digest. */
  readonly imageName: string;
  readonly settings: ContainerSettings;
}

/**
 * Replaces a container. The old one is stopped after the new one has been created, and is started again
 * if the new one does not start. After a kill, the names of the containers show how far it came.
 *
 * @throws ActionError if the new container does not start
 */
export async function recreate(
  docker: Docker,
  spec: ContainerSpec,
  graceSeconds: number | undefined,
): Promise<void> {
  const { name } = spec;
  const [newName, oldName] = [`${name}.deploy-rollback-new`, `${name}.deploy-rollback-old`];
  await removeContainer(docker, newName, { force: true, volumes: false });
  const renamed = await inspectContainer(docker, oldName);
  if (renamed !== undefined && (await inspectContainer(docker, name)) !== undefined) {
    // Killed after the new container had its final name.
    await removeContainer(docker, oldName, { force: true, volumes: false });
  }

  const id = await create(docker, newName, spec);
  const old = await inspectContainer(docker, name);
  const previous = old ?? renamed;
  if (previous !== undefined) await stop(docker, previous.id, graceSeconds);
  // A container that restarts all the time can only be renamed after it has stopped. A container with
  // --rm does not exist any more.
  if (old !== undefined && (await inspectContainer(docker, old.id)) !== undefined) {
    await renameContainer(docker, old.id, oldName);
  }
  await renameContainer(docker, id, name);
  try {
    await startContainer(docker, id);
  } catch (error) {
    await removeContainer(docker, id, { force: true, volumes: false });
    if (previous !== undefined && (await inspectContainer(docker, previous.id)) !== undefined) {
      await renameContainer(docker, previous.id, name);
      if (previous.state === 'running') await startContainer(docker, previous.id);
    }
    throw error;
  }
  // Its volumes are kept, because a snapshot may need them.
  await removeContainer(docker, oldName, { force: true, volumes: false });
}

/** Creates the container with another name, without starting it. */
async function create(docker: Docker, newName: string, spec: ContainerSpec): Promise<string> {
  const { imageId, imageName, settings } = spec;
  const image = await restoreImageName(docker, imageId, imageName);
  const names = [...settings.anonymous.values()];
  const volumes = await Promise.all(names.map((name) => inspectVolume(docker, name)));
  const existing = new Set(volumes.flatMap((volume) => (volume ? [volume.name] : [])));
  const id = await createContainer(docker, newName, {
    ...withVolumes(settings, existing),
    Image: image,
  });
  for (const { network, endpoint } of settings.connect) {
    await connectToNetwork(docker, network, id, endpoint);
  }
  const created = await inspectContainer(docker, id);
  if (created?.imageId !== imageId) {
    await removeContainer(docker, id, { force: true, volumes: false });
    throw new ActionError(
      `the tag ${plain(image)} was moved to another image during the rollback`,
      {
        remedy: 'Do not build or pull it in another job during a rollback.',
      },
    );
  }
  return id;
}

async function stop(docker: Docker, id: string, graceSeconds: number | undefined): Promise<void> {
  if ((await inspectContainer(docker, id)) === undefined) return;
  await stopContainer(docker, id, graceSeconds);
}
