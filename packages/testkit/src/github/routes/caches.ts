import { NOT_FOUND, paginate, type Route } from '../route.ts';
import { isoSeconds } from '../state.ts';

const listCaches: Route = {
  operation: 'GET /repos/{owner}/{repo}/actions/caches',
  needs: 'actions: read',
  handle: (call, { state }) => {
    const { key = '', ref, sort, direction } = call.query;
    // By default, GitHub sorts by the last access, newest first.
    const found = state.caches
      .filter((entry) => entry.isFinished && entry.key.startsWith(key))
      .filter((entry) => ref === undefined || entry.ref === ref)
      .sort(
        (one, other) =>
          (sort === 'created_at' && direction === 'asc' ? 1 : -1) * (one.id - other.id),
      );
    return {
      status: 200,
      body: {
        total_count: found.length,
        actions_caches: paginate(found, call).map((entry) => ({
          id: entry.id,
          ref: entry.ref,
          key: entry.key,
          version: entry.version,
          last_accessed_at: isoSeconds(entry.createdAt),
          created_at: isoSeconds(entry.createdAt),
          size_in_bytes: entry.content.length,
        })),
      },
    };
  },
};

const deleteCache: Route = {
  operation: 'DELETE /repos/{owner}/{repo}/actions/caches/{cache_id}',
  needs: 'actions: write',
  handle: ({ params }, { state }) => {
    const index = state.caches.findIndex(({ id }) => id === Number(params.cache_id));
    if (index < 0) return NOT_FOUND;
    state.caches.splice(index, 1);
    return { status: 204 };
  },
};

export const cacheRoutes: readonly Route[] = [listCaches, deleteCache];
