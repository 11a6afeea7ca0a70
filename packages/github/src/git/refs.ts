import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';
import { ifThere } from '../if-there.ts';

/** What a ref points to; names are full: `refs/heads/main`. */
export interface Ref {
  readonly sha: string;
  /** `commit`, `tag`. */
  readonly type: string;
}

/** `undefined` where there is none of that name (permissions: contents: read). */
export async function readRef(
  { request, repository }: GitHub,
  name: string,
): Promise<Ref | undefined> {
  const found = await ifThere(() =>
    request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...repository, ref: withoutRefs(name) }),
  );
  return found && { sha: found.data.object.sha, type: found.data.object.type };
}

/**
 * Makes a ref that is not there yet: of several who try, one does (permissions: contents: write).
 * Where the answer is lost, what is there tells: so nobody else may make it point to the same.
 *
 * @returns whether it was made; false: it exists
 */
export async function createRef(github: GitHub, name: string, sha: string): Promise<boolean> {
  const { request, repository } = github;
  try {
    await request('POST /repos/{owner}/{repo}/git/refs', { ...repository, ref: name, sha });
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

/** Moves a ref forward; refused where that would leave commits behind (contents: write). */
export async function forwardRef(
  { request, repository }: GitHub,
  name: string,
  sha: string,
): Promise<void> {
  await request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
    ...repository,
    ref: withoutRefs(name),
    sha,
    force: false,
  });
}

/** Takes a ref away; one that is not there is no mistake (permissions: contents: write). */
export async function deleteRef({ request, repository }: GitHub, name: string): Promise<void> {
  try {
    await request('DELETE /repos/{owner}/{repo}/git/refs/{ref}', {
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
