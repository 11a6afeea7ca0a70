import { createHash } from 'node:crypto';
import { plain } from '@repo/core/text/untrusted';
import type { Docker } from '@repo/docker/client';
import { inspectImage, removeImage, tagImage } from '@repo/docker/images';
import * as v from 'valibot';

/** The repository of the tags that keep images from being removed. */
export const KEEP = 'deploy-rollback-keep';

/** What a part of a snapshot says of an image that was kept. */
export const pinned = {
  /** Its ID. */
  image: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
  /** The tag within {@link KEEP}. */
  tag: v.pipe(v.string(), v.regex(/^[\w][\w.-]{0,127}$/)),
};

/**
 * Keeps an image from being cleaned up, as one that lost its last tag to a newer build would be. The
 * tag, for {@link unpin}, is one of its own for each snapshot, and the same when it is taken again
 * after a kill.
 *
 * @param owner the container or service
 * @param folder that of the snapshot
 */
export async function pin(
  docker: Docker,
  imageId: string,
  owner: string,
  folder: string,
): Promise<string> {
  const snapshot = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const tag = `${owner.slice(0, 80)}-${snapshot}`;
  await tagImage(docker, imageId, KEEP, tag);
  return tag;
}

/** Where a container runs that has no other tag left, the daemon keeps it. */
export async function unpin(docker: Docker, tag: string): Promise<void> {
  await removeImage(docker, `${KEEP}:${tag}`);
}

/** The name that an image had, given back to it; its ID where it had none. */
export async function giveBackName(
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
export function short(image: string): string {
  return plain(image).slice(0, 19);
}
