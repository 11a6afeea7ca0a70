import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { writeFileAtomic } from '@repo/core/files/write-file-atomic';
import { surplus } from './file-names.ts';
import {
  decodeRecord,
  encodeRecord,
  fileOf,
  folderOf,
  inOrder,
  type SeriesName,
} from './record.ts';
import type { HistoryStore } from './store.ts';

/** Runs in a folder: for a workflow that keeps it by itself, and for trying things out. */
export function fileStore(root: string): HistoryStore {
  const namesOf = async (series: SeriesName): Promise<readonly string[]> => {
    const folder = join(root, folderOf(series));
    const names = await readdir(folder).catch((cause) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new ActionError(`cannot read ${folder}`, {
        remedy: 'Give history-path a folder that can be read.',
        cause,
      });
    });
    return names.filter((name) => name.endsWith('.json'));
  };
  return {
    read: async (series) => {
      const folder = join(root, folderOf(series));
      const records = await Promise.all(
        (await namesOf(series)).map(async (name) =>
          decodeRecord(await readFile(join(folder, name), 'utf8'), series),
        ),
      );
      return inOrder(records.filter((record) => record !== undefined));
    },
    write: async (records) => {
      const [first] = records;
      if (first === undefined) return '';
      const old = surplus(await namesOf(first), records);
      let path = '';
      for (const record of records) {
        path = join(root, fileOf(record));
        await writeFileAtomic(path, encodeRecord(record));
      }
      for (const name of old) await rm(join(root, folderOf(first), name), { force: true });
      return path;
    },
  };
}
