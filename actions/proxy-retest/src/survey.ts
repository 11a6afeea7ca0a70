import type { Context } from './context.ts';
import type { TestResult } from './history/history.ts';
import { readJournal } from './history/journal.ts';
import type { Histories } from './history/state-file.ts';
import { type ByteSource, fileSource } from './list/byte-source.ts';
import { type ProxyList, readList } from './list/list.ts';

/** What a run reads before it tests anything. */
export interface Survey extends AsyncDisposable {
  readonly list: ProxyList;
  /** The file of the list, which stays open: it is read again while the new one is written. */
  readonly source: ByteSource;
  readonly histories: Histories;
  /** Results of an earlier run that stopped before it wrote the list. */
  readonly resumed: ReadonlyMap<string, TestResult>;
  readonly invalidStateLines: number;
  readonly notes: readonly string[];
}

/** Reads the list, the history and the journal. Throws an ActionError when the list is unusable. */
export async function survey({ inputs, paths, stateStore }: Context): Promise<Survey> {
  const source = await fileSource(paths.list, inputs.list);
  try {
    const list = await readList(source, inputs.list, inputs.format);
    const { histories, invalidLines, note } = await stateStore.read();
    const ids = new Set(list.entries.map(({ id }) => id));
    const resumed = new Map([...readJournal(paths.journal)].filter(([id]) => ids.has(id)));
    return {
      list,
      source,
      histories,
      resumed,
      invalidStateLines: invalidLines,
      notes: note === undefined ? [] : [note],
      [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
    };
  } catch (error) {
    await source[Symbol.asyncDispose]();
    throw error;
  }
}
