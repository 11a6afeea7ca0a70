import type { Docker } from './client.ts';
import type { Filters } from './containers.ts';
import { type Labels, labelsAt, listAt, numberAt, textAt, textsAt, timeAt } from './json.ts';
import { type Removal, requestJson, requestOptional, requestRemoval } from './requests.ts';

/** An image in a list. */
export interface Image {
  /** `sha256:…` */
  readonly id: string;
  /** The parent image if the classic builder built it; otherwise empty. */
  readonly parentId: string;
  /** `app:testing`; empty for a dangling image. */
  readonly tags: readonly string[];
  /** `app@sha256:…` */
  readonly digests: readonly string[];
  /** The build time in epoch milliseconds; 1980 or `undefined` for reproducible builds. */
  readonly createdMs: number | undefined;
  readonly labels: Labels;
  /** The size in bytes, including layers shared with other images. */
  readonly bytes: number;
}

export interface ImageDetails extends Image {
  /** The last time a tag was set on this daemon (build, load, pull or tag), epoch milliseconds. */
  readonly taggedMs: number | undefined;
}

/** Lists all images that match the filters, including intermediate images of the classic builder. */
export async function listImages(docker: Docker, filters?: Filters): Promise<readonly Image[]> {
  const list = await requestJson(docker, { path: '/images/json', query: { all: true, filters } });
  return listAt({ list }, 'list').map((item) => ({
    ...readCommonFields(item),
    parentId: textAt(item, 'ParentId'),
    labels: labelsAt(item, 'Labels'),
  }));
}

/** Finds an image by tag, digest or ID; `undefined` if none exists. */
export async function inspectImage(
  docker: Docker,
  nameOrId: string,
): Promise<ImageDetails | undefined> {
  const raw = await requestOptional(docker, { path: `${toPath(nameOrId)}/json` });
  if (raw === undefined) return undefined;
  return {
    ...readCommonFields(raw),
    parentId: textAt(raw, 'Parent'),
    labels: labelsAt(raw, 'Config', 'Labels'),
    taggedMs: timeAt(raw, 'Metadata', 'LastTagTime'),
  };
}

/**
 * Removes a tag or digest, and the image together with its last tag. An ID removes an image that
 * has at most one tag. Never uses force, which would remove all other tags too. Untagged parents
 * stay by default, because one of them may be an image to keep.
 */
export function removeImage(
  docker: Docker,
  nameOrId: string,
  { parents = false }: { readonly parents?: boolean } = {},
): Promise<Removal> {
  return requestRemoval(docker, { path: toPath(nameOrId), query: { noprune: !parents } });
}

/** Adds the tag `repository:tag` to an image; the tag moves if another image has it. */
export async function tagImage(docker: Docker, nameOrId: string, repo: string, tag: string) {
  await requestJson(docker, {
    method: 'POST',
    path: `${toPath(nameOrId)}/tag`,
    query: { repo, tag },
  });
}

function readCommonFields(item: unknown) {
  return {
    id: textAt(item, 'Id'),
    tags: textsAt(item, 'RepoTags').filter((tag) => tag !== '<none>:<none>'),
    digests: textsAt(item, 'RepoDigests').filter((digest) => digest !== '<none>@<none>'),
    createdMs: timeAt(item, 'Created'),
    bytes: numberAt(item, 'Size') ?? 0,
  };
}

function toPath(nameOrId: string): string {
  // Slashes are part of the repository name and stay unencoded.
  return `/images/${nameOrId.split('/').map(encodeURIComponent).join('/')}`;
}
