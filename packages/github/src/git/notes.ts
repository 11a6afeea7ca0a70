import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';
import { type Ref, readRef } from './refs.ts';

/**
 * A text that a ref can point to: an annotated tag object on a commit. It is seen nowhere on
 * GitHub, and no branch or tag has it.
 */
export async function writeNote(
  { request, repository }: GitHub,
  { name, text, commit }: { readonly name: string; readonly text: string; readonly commit: string },
): Promise<string> {
  const create = () =>
    request('POST /repos/{owner}/{repo}/git/tags', {
      ...repository,
      tag: name,
      message: text,
      object: commit,
      type: 'commit',
    });
  const { data } = await create().catch((error: unknown) => {
    // A second object that nothing points to does no harm.
    if (error instanceof GitHubError && error.isUncertain) return create();
    throw error;
  });
  return data.sha;
}

/** A note as it was found: untrusted. */
export interface Note {
  /** Of the object. */
  readonly sha: string;
  /** `undefined`: the ref points to something else. */
  readonly text: string | undefined;
}

/** What the note says that a ref points to; `undefined` where there is no such ref. */
export async function readNote(github: GitHub, ref: string): Promise<Note | undefined> {
  const found = await readRef(github, ref);
  if (found === undefined) return undefined;
  if (found.type !== 'tag') return { sha: found.sha, text: undefined };
  return { sha: found.sha, text: (await readTag(github, found.sha)).message };
}

/** The SHA of the commit that a ref points to, or that the annotated tag there is on. */
export async function peel(github: GitHub, { sha, type }: Ref): Promise<string> {
  return type === 'tag' ? (await readTag(github, sha)).object.sha : sha;
}

async function readTag({ request, repository }: GitHub, sha: string) {
  const { data } = await request('GET /repos/{owner}/{repo}/git/tags/{tag_sha}', {
    ...repository,
    tag_sha: sha,
  });
  return data;
}
