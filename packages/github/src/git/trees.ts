import type { GitHub } from '../github.ts';

/** An entry of a folder. Names are untrusted. */
export interface TreeEntry {
  readonly name: string;
  readonly type: string;
  readonly sha: string;
}

/** The entries of a folder, without those of its subfolders (permissions: contents: read). */
export async function readTree(
  { rest, repository }: GitHub,
  sha: string,
): Promise<readonly TreeEntry[]> {
  const { data } = await rest.git.getTree({
    ...repository,
    tree_sha: sha,
  });
  return data.tree.map(({ path, type, sha: object }) => ({ name: path, type, sha: object }));
}

/** Reads a file as text, which is untrusted (permissions: contents: read). */
export async function readBlob({ rest, repository }: GitHub, sha: string): Promise<string> {
  const { data } = await rest.git.getBlob({
    ...repository,
    file_sha: sha,
  });
  return Buffer.from(data.content, 'base64').toString();
}

/** A file to write or delete. */
export type TreeChange =
  | { readonly path: string; readonly content: string }
  | { readonly path: string; readonly gone: true };

/**
 * Creates a tree (permissions: contents: write). Idempotent.
 *
 * @param base the tree to change; if omitted, the new tree contains only the changes
 * @returns its SHA
 */
export async function createTree(
  { rest, repository }: GitHub,
  base: string | undefined,
  changes: readonly TreeChange[],
): Promise<string> {
  const { data } = await rest.git.createTree({
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
