import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { writeWhole } from '@repo/core/report';
import { decodeRecord, encodeRecord, fileOf, folderOf, inOrder } from './record.ts';
import { type HistoryStore, overflow } from './store.ts';

/** Runs in a folder: for a workflow that keeps it by itself, and for trying things out. */
export function fileStore(root: string): HistoryStore {
  const read: HistoryStore['read'] = async (series) => {
    const folder = join(root, folderOf(series));
    const names = await readdir(folder).catch((cause) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new ActionError(`cannot read ${folder}`, {
        remedy: 'Give history-path a folder that can be read.',
        cause,
      });
    });
    const records = await Promise.all(
      names
        .filter((name) => name.endsWith('.json'))
        .map(async (name) => decodeRecord(await readFile(join(folder, name), 'utf8'))),
    );
    return inOrder(records.filter((record) => record !== undefined));
  };
  return {
    read,
    write: async (records) => {
      const [first] = records;
      const others = first === undefined ? [] : await read(first);
      let path = '';
      for (const record of records) {
        path = join(root, fileOf(record));
        await writeWhole(path, encodeRecord(record));
      }
      for (const old of overflow(others, records))
        await rm(join(root, fileOf(old)), { force: true });
      return path;
    },
  };
}
