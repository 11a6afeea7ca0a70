import type { Log } from '@repo/core/action/log';
import type { RunCache } from '@repo/core/action/run-cache';
import { decodeRecord, encodeRecord, fileOf, folderOf, inOrder } from './record.ts';
import type { HistoryStore } from './store.ts';

/** Runs that an entry has: those that are judged by, and the trend that is shown. */
const MOST_RUNS = 200;

/**
 * Runs in the cache of GitHub Actions, where no branch may be written to. An entry has all runs of a
 * series, a line each; each run makes a new one. Of jobs of one series that record at once the last
 * one is remembered, and all of it may be gone some day: both are harmless, and said in the README.
 */
export function cacheStore(cache: RunCache, log: Log): HistoryStore {
  const read: HistoryStore['read'] = async (series) => {
    const found = await cache.restore(`${folderOf(series)}/`);
    if (found.kind === 'unavailable') log.info(`No history is read: ${found.why}`);
    if (found.kind !== 'restored') return [];
    const records = found.text.split('\n').map((line) => decodeRecord(line, series));
    return inOrder(records.filter((record) => record !== undefined));
  };
  return {
    read,
    write: async (records) => {
      const latest = records.at(-1);
      if (latest === undefined) return '';
      const others = await read(latest);
      const names = new Set(records.map(fileOf));
      const kept = inOrder([...others.filter((one) => !names.has(fileOf(one))), ...records]);
      const key = fileOf(latest);
      const saved = await cache.save(key, kept.slice(-MOST_RUNS).map(encodeRecord).join(''));
      if (saved.kind === 'saved') return `cache:${key}`;
      log.info(
        `This run is not remembered: ${saved.kind === 'refused' ? 'the cache may not be written to by it' : saved.why}`,
      );
      return '';
    },
  };
}
