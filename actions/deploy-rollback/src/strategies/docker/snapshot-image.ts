import { createHash } from 'node:crypto';
import { plain } from '@repo/core/text/untrusted';
import type { Docker } from '@repo/docker/client';
import { inspectImage, removeImage, tagImage } from '@repo/docker/images';
import * as v from 'valibot';

/** The repository of the tags that keep the images of snapshots. */
export const SNAPSHOT_REPOSITORY = 'deploy-rollback-keep';

/** The fields of a snapshot part for an image. */
export const imageFields = {
  /** The image ID. */
  image: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
  /** The tag within {@link SNAPSHOT_REPOSITORY}. */
  tag: v.pipe(v.string(), v.regex(/^[\w][\w.-]{0,127}$/)),
};

/**
 * Tags an image, because docker removes an image without tags. Each snapshot has its own tag, which is
 * the same if the snapshot is taken again after a kill.
 *
 * @param owner the container or service
 * @param folder the folder of the snapshot
 * @returns the tag, for {@link untagSnapshotImage}
 */
export async function tagSnapshotImage(
  docker: Docker,
  imageId: string,
  owner: string,
  folder: string,
): Promise<string> {
  const snapshot = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const tag = `${owner.slice(0, 80)}-${snapshot}`;
  await tagImage(docker, imageId, SNAPSHOT_REPOSITORY, tag);
  return tag;
}

/** The daemon keeps the image if a container uses it, even without another tag. */
export async function untagSnapshotImage(docker: Docker, tag: string): Promise<void> {
  await removeImage(docker, `${SNAPSHOT_REPOSITORY}:${tag}`);
}

/** Points the earlier name of an image to it again. Returns the image ID if it had no name. */
export async function restoreImageName(
  docker: Docker,
  imageId: string,
  imageName: string,
): Promise<string> {
  const [, repo, tag = 'latest'] = /^((?:[^/@]*\/)*[^/@:]+)(?::([\w.-]+))?$/.exec(imageName) ?? [];
  const isId = /^(?:sha256:)?[0-9a-f]{12,64}$/.test(imageName);
  if (repo !== undefined && !isId) await tagImage(docker, imageId, repo, tag);
  return (await inspectImage(docker, imageName))?.id === imageId ? imageName : imageId;
}

/** `sha256:0123456789ab` */
export function shortImageId(image: string): string {
  return plain(image).slice(0, 19);
}
