import type { GitHub } from '../github.ts';
import { ifFound } from '../if-found.ts';

export interface Commit {
  readonly sha: string;
  /** The SHA of its tree. */
  readonly tree: string;
  readonly parents: readonly string[];
  /** Untrusted. */
  readonly message: string;
}

/** Returns `undefined` if the commit does not exist (permissions: contents: read). */
export async function readCommit(
  { rest, repository }: GitHub,
  sha: string,
): Promise<Commit | undefined> {
  const found = await ifFound(
    () =>
      rest.git.getCommit({
        ...repository,
        commit_sha: sha,
      }),
    [404, 422],
  );
  return found && toCommit(found.data);
}

/**
 * Creates a commit that is not on a branch yet (permissions: contents: write). The author is the owner of
 * the token; GitHub signs commits of an App. A duplicate has no effect, because nothing refers to it.
 */
export async function createCommit(
  { rest, repository }: GitHub,
  commit: {
    readonly message: string;
    readonly tree: string;
    readonly parents: readonly string[];
  },
): Promise<Commit> {
  const { data } = await rest.git.createCommit({
    ...repository,
    ...commit,
    parents: [...commit.parents],
  });
  return toCommit(data);
}

function toCommit(data: {
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
