import { type Removal, requestFound, requestJson, requestRemoval } from './answers.ts';
import type { Docker } from './client.ts';
import type { Filters } from './containers.ts';
import { type Labels, labelsAt, listAt, numberAt, textAt, textsAt, timeAt } from './json.ts';

/** An image as lists have it. */
export interface Image {
  /** `sha256:…` */
  readonly id: string;
  /** The image that it was built on by the classic builder; empty otherwise. */
  readonly parentId: string;
  /** `app:testing`; empty for a dangling image. */
  readonly tags: readonly string[];
  /** `app@sha256:…` */
  readonly digests: readonly string[];
  /** When it was built, epoch milliseconds; 1980 or nothing where builds are reproducible. */
  readonly createdMs: number | undefined;
  readonly labels: Labels;
  /** With the layers that it shares with others, bytes. */
  readonly bytes: number;
}

export interface ImageDetails extends Image {
  /** When it last got a tag on this daemon (built, loaded, pulled or tagged), epoch milliseconds. */
  readonly taggedMs: number | undefined;
}

/** All images, intermediate ones of the classic builder too, that meet the filters. */
export async function listImages(docker: Docker, filters?: Filters): Promise<readonly Image[]> {
  const list = await requestJson(docker, { path: '/images/json', query: { all: true, filters } });
  return listAt({ list }, 'list').map((item) => ({
    ...shared(item),
    parentId: textAt(item, 'ParentId'),
    labels: labelsAt(item, 'Labels'),
  }));
}

/** An image by tag, digest or ID; `undefined` when there is none. */
export async function inspectImage(
  docker: Docker,
  nameOrId: string,
): Promise<ImageDetails | undefined> {
  const raw = await requestFound(docker, { path: `${pathOf(nameOrId)}/json` });
  if (raw === undefined) return undefined;
  return {
    ...shared(raw),
    parentId: textAt(raw, 'Parent'),
    labels: labelsAt(raw, 'Config', 'Labels'),
    taggedMs: timeAt(raw, 'Metadata', 'LastTagTime'),
  };
}

/**
 * Removes a tag or digest, and the image with its last one; an ID removes an image that has at most
 * one. Never forced (that takes all other tags too), and without its untagged parents unless told:
 * one of them may be an image that somebody keeps.
 */
export function removeImage(
  docker: Docker,
  nameOrId: string,
  { parents = false }: { readonly parents?: boolean } = {},
): Promise<Removal> {
  return requestRemoval(docker, { path: pathOf(nameOrId), query: { noprune: !parents } });
}

/** Gives an image another name, `repository:tag`; takes that name from whatever has it. */
export async function tagImage(docker: Docker, nameOrId: string, repo: string, tag: string) {
  await requestJson(docker, {
    method: 'POST',
    path: `${pathOf(nameOrId)}/tag`,
    query: { repo, tag },
  });
}

function shared(item: unknown) {
  return {
    id: textAt(item, 'Id'),
    tags: textsAt(item, 'RepoTags').filter((tag) => tag !== '<none>:<none>'),
    digests: textsAt(item, 'RepoDigests').filter((digest) => digest !== '<none>@<none>'),
    createdMs: timeAt(item, 'Created'),
    bytes: numberAt(item, 'Size') ?? 0,
  };
}

function pathOf(nameOrId: string): string {
  // Slashes belong to the name of a repository.
  return `/images/${nameOrId.split('/').map(encodeURIComponent).join('/')}`;
}
