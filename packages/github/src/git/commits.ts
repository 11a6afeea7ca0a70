import type { GitHub } from '../github.ts';
import { ifThere } from '../if-there.ts';

export interface Commit {
  readonly sha: string;
  /** Of its tree. */
  readonly tree: string;
  readonly parents: readonly string[];
  /** Untrusted. */
  readonly message: string;
}

/** `undefined` where the repository has no such commit (permissions: contents: read). */
export async function readCommit(
  { request, repository }: GitHub,
  sha: string,
): Promise<Commit | undefined> {
  const found = await ifThere(
    () =>
      request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
        ...repository,
        commit_sha: sha,
      }),
    [404, 422],
  );
  return found && commitOf(found.data);
}

/**
 * Makes a commit that no branch has yet, in the name of whoever the token belongs to, and signed by
 * GitHub for an App (permissions: contents: write). Made twice, the second one is never seen.
 */
export async function createCommit(
  { request, repository }: GitHub,
  commit: {
    readonly message: string;
    readonly tree: string;
    readonly parents: readonly string[];
  },
): Promise<Commit> {
  const { data } = await request('POST /repos/{owner}/{repo}/git/commits', {
    ...repository,
    ...commit,
    parents: [...commit.parents],
  });
  return commitOf(data);
}

function commitOf(data: {
  readonly sha: string;
  readonly message: string;
  readonly tree: { readonly sha: string };
  readonly parents: readonly { readonly sha: string }[];
}): Commit {
  return {
    sha: data.sha,
    message: data.message,
    tree: data.tree.sha,
    parents: data.parents.map(({ sha }) => sha),
  };
}
