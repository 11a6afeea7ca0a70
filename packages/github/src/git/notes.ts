import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';
import { type Ref, readRef } from './refs.ts';

/**
 * A text that a ref can point to: an annotated tag object of a commit. GitHub does not show it, because
 * no branch or tag refers to it.
 */
export async function writeNote(
  { rest, repository }: GitHub,
  { name, text, commit }: { readonly name: string; readonly text: string; readonly commit: string },
): Promise<string> {
  const create = () =>
    rest.git.createTag({
      ...repository,
      tag: name,
      message: text,
      object: commit,
      type: 'commit',
    });
  const { data } = await create().catch((error: unknown) => {
    // A duplicate object has no effect, because nothing refers to it.
    if (error instanceof GitHubError && error.isUncertain) return create();
    throw error;
  });
  return data.sha;
}

/** A note that was read from GitHub; untrusted. */
export interface Note {
  /** The SHA of the object. */
  readonly sha: string;
  /** `undefined` if the ref does not point to a note. */
  readonly text: string | undefined;
}

/** Reads the note that a ref points to. Returns `undefined` if the ref does not exist. */
export async function readNote(github: GitHub, ref: string): Promise<Note | undefined> {
  const found = await readRef(github, ref);
  if (found === undefined) return undefined;
  if (found.type !== 'tag') return { sha: found.sha, text: undefined };
  return { sha: found.sha, text: (await readTag(github, found.sha)).message };
}

/** The SHA of the commit that a ref or its annotated tag points to. */
export async function peel(github: GitHub, { sha, type }: Ref): Promise<string> {
  return type === 'tag' ? (await readTag(github, sha)).object.sha : sha;
}

async function readTag({ rest, repository }: GitHub, sha: string) {
  const { data } = await rest.git.getTag({
    ...repository,
    tag_sha: sha,
  });
  return data;
}
