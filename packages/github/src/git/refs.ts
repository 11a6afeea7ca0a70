import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';
import { ifFound } from '../if-found.ts';

/** The target of a ref. Names are complete: `refs/heads/main`. */
export interface Ref {
  readonly sha: string;
  /** `commit`, `tag`. */
  readonly type: string;
}

/** Returns `undefined` if the ref does not exist (permissions: contents: read). */
export async function readRef(
  { rest, repository }: GitHub,
  name: string,
): Promise<Ref | undefined> {
  const found = await ifFound(() => rest.git.getRef({ ...repository, ref: withoutRefs(name) }));
  return found && { sha: found.data.object.sha, type: found.data.object.type };
}

/**
 * Creates a new ref (permissions: contents: write). Of several concurrent callers, one succeeds. If the
 * response is lost, the target of the ref shows which caller created it, so targets must be unique.
 *
 * @returns false if the ref exists
 */
export async function createRef(github: GitHub, name: string, sha: string): Promise<boolean> {
  const { rest, repository } = github;
  try {
    await rest.git.createRef({ ...repository, ref: name, sha });
    return true;
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    if (error.status === 422 && /already exists/i.test(error.message)) return false;
    if (!error.isUncertain) throw error;
    const there = await readRef(github, name);
    if (there !== undefined) return there.sha === sha;
    throw error;
  }
}

/** Moves a ref forward. Fails if that would drop commits (permissions: contents: write). */
export async function forwardRef(
  { rest, repository }: GitHub,
  name: string,
  sha: string,
): Promise<void> {
  await rest.git.updateRef({
    ...repository,
    ref: withoutRefs(name),
    sha,
    force: false,
  });
}

/** Deletes a ref. Ignores a missing one (permissions: contents: write). */
export async function deleteRef({ rest, repository }: GitHub, name: string): Promise<void> {
  try {
    await rest.git.deleteRef({
      ...repository,
      ref: withoutRefs(name),
    });
  } catch (error) {
    const isGone =
      error instanceof GitHubError &&
      (error.status === 404 || (error.status === 422 && /not exist/i.test(error.message)));
    if (!isGone) throw error;
  }
}

function withoutRefs(name: string): string {
  return name.replace(/^refs\//, '');
}
