import type { Log } from '@repo/core/action/log';
import type { RunCache } from '@repo/core/action/run-cache';
import type { Prune } from '@repo/github/caches/prune';
import {
  decodeRecord,
  encodeRecord,
  recordPath,
  type SeriesName,
  seriesFolder,
  sortByTime,
} from './record.ts';
import type { HistoryStore } from './store.ts';

/** Enough for the baseline and the trend. */
const MAX_RUNS = 200;

/**
 * The history in the Actions cache, for jobs that may not write to a branch. An entry contains all
 * runs of a series, one per line, and each run saves a new entry and deletes the older ones. If jobs of
 * one series record at the same time, only the last one is kept, and GitHub may evict the entry.
 */
export function cacheStore(cache: RunCache, prune: Prune, log: Log): HistoryStore {
  const toPrefix = (series: SeriesName) => `${seriesFolder(series)}/`;
  const read: HistoryStore['read'] = async (series) => {
    const found = await cache.restore(toPrefix(series));
    if (found.kind === 'unavailable') log.info(`The history was not read: ${found.why}`);
    if (found.kind !== 'restored') return [];
    const records = found.text.split('\n').map((line) => decodeRecord(line, series));
    return sortByTime(records.filter((record) => record !== undefined));
  };
  return {
    read,
    write: async (records) => {
      const latest = records.at(-1);
      if (latest === undefined) return '';
      const others = await read(latest);
      const names = new Set(records.map(recordPath));
      const merged = sortByTime([
        ...others.filter((one) => !names.has(recordPath(one))),
        ...records,
      ]);
      const key = recordPath(latest);
      const saved = await cache.save(key, merged.slice(-MAX_RUNS).map(encodeRecord).join(''));
      if (saved.kind === 'saved') {
        await prune({ key, prefix: toPrefix(latest) });
        return `cache:${key}`;
      }
      const reason = saved.kind === 'refused' ? 'the token may not write to the cache' : saved.why;
      log.info(`This run was not recorded: ${reason}`);
      return '';
    },
  };
}
