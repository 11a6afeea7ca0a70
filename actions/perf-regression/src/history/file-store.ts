import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { writeFileAtomic } from '@repo/core/files/write-file-atomic';
import {
  decodeRecord,
  encodeRecord,
  recordPath,
  type SeriesName,
  seriesFolder,
  sortByTime,
} from './record.ts';
import { findSurplus } from './retention.ts';
import type { HistoryStore } from './store.ts';

/** The history in a folder, which the workflow has to keep between runs. */
export function fileStore(root: string): HistoryStore {
  const listNames = async (series: SeriesName): Promise<readonly string[]> => {
    const folder = join(root, seriesFolder(series));
    const names = await readdir(folder).catch((cause) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new ActionError(`${folder} cannot be read`, {
        remedy: 'Set history-path to a readable folder.',
        cause,
      });
    });
    return names.filter((name) => name.endsWith('.json'));
  };
  return {
    read: async (series) => {
      const folder = join(root, seriesFolder(series));
      const records = await Promise.all(
        (await listNames(series)).map(async (name) =>
          decodeRecord(await readFile(join(folder, name), 'utf8'), series),
        ),
      );
      return sortByTime(records.filter((record) => record !== undefined));
    },
    write: async (records) => {
      const [first] = records;
      if (first === undefined) return '';
      const old = findSurplus(await listNames(first), records);
      let path = '';
      for (const record of records) {
        path = join(root, recordPath(record));
        await writeFileAtomic(path, encodeRecord(record));
      }
      for (const name of old) await rm(join(root, seriesFolder(first), name), { force: true });
      return path;
    },
  };
}
