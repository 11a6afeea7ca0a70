import type { GitHub } from '../github.ts';
import { ifFound } from '../if-found.ts';

export interface SavedCache {
  /** The key of the saved entry, which starts with `prefix`. */
  readonly key: string;
  readonly prefix: string;
  /** The branch or pull request that saved it: `refs/heads/main`. */
  readonly ref: string;
}

/** The rest is deleted after the next runs. */
const MAX_ENTRIES = 30;

/**
 * Deletes entries of the Actions cache that a saved entry replaces, at most 29 (permissions: actions:
 * write). Entries of other branches, other prefixes and other paths stay, and so do newer entries.
 *
 * @returns the number of deleted entries
 */
export async function deleteOlderCaches(
  { rest, repository }: GitHub,
  { key, prefix, ref }: SavedCache,
): Promise<number> {
  const { data } = await rest.actions.getActionsCacheList({
    ...repository,
    ref,
    key: prefix,
    sort: 'created_at',
    direction: 'desc',
    per_page: MAX_ENTRIES,
  });
  const entries = data.actions_caches;
  const saved = entries.find((entry) => entry.key === key);
  let deleted = 0;
  for (const { id = 0, version } of entries) {
    if (saved?.id === undefined || id >= saved.id || version !== saved.version) continue;
    const answer = await ifFound(() =>
      rest.actions.deleteActionsCacheById({ ...repository, cache_id: id }),
    );
    if (answer !== undefined) deleted++;
  }
  return deleted;
}
