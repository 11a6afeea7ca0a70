import type { GitHub } from '../github.ts';

/** An entry of a folder. Names are untrusted. */
export interface TreeEntry {
  readonly name: string;
  readonly type: string;
  readonly sha: string;
}

/** What a folder has, not what is below it (permissions: contents: read). */
export async function readTree(
  { request, repository }: GitHub,
  sha: string,
): Promise<readonly TreeEntry[]> {
  const { data } = await request('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
    ...repository,
    tree_sha: sha,
  });
  return data.tree.map(({ path, type, sha: object }) => ({ name: path, type, sha: object }));
}

/** A file as text (permissions: contents: read). Untrusted. */
export async function readBlob({ request, repository }: GitHub, sha: string): Promise<string> {
  const { data } = await request('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
    ...repository,
    file_sha: sha,
  });
  return Buffer.from(data.content, 'base64').toString();
}

/** A file to write, or to take away. */
export type TreeChange =
  | { readonly path: string; readonly content: string }
  | { readonly path: string; readonly gone: true };

/**
 * Makes a tree that no commit has yet (permissions: contents: write). Made twice, it is the same.
 *
 * @param base the tree that is changed; none: there is nothing but what is written
 * @returns its SHA
 */
export async function createTree(
  { request, repository }: GitHub,
  base: string | undefined,
  changes: readonly TreeChange[],
): Promise<string> {
  const { data } = await request('POST /repos/{owner}/{repo}/git/trees', {
    ...repository,
    ...(base !== undefined && { base_tree: base }),
    tree: changes.map((change) => ({
      path: change.path,
      mode: '100644' as const,
      type: 'blob' as const,
      ...('gone' in change ? { sha: null } : { content: change.content }),
    })),
  });
  return data.sha;
}
