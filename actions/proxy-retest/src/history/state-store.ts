import type { RunCache } from '@repo/core/action/run-cache';
import { writePieces } from '../list/rewrite.ts';
import { type Histories, parseState, type ReadState, readState, stateLines } from './state-file.ts';

/** Where the history is kept between runs. */
export interface StateStore {
  readonly read: () => Promise<KeptState>;
  /** What there is to say about it, if anything. */
  readonly write: (histories: Histories) => Promise<string | undefined>;
}

interface KeptState extends ReadState {
  readonly note?: string;
}

export function fileStore(path: string): StateStore {
  return {
    read: () => readState(path),
    write: async (histories) => {
      await writePieces(path, stateLines(histories));
      return undefined;
    },
  };
}

/**
 * In the cache of GitHub Actions, for repositories that no job may write to. An entry never
 * changes: each run saves one of its own, and reads the newest.
 *
 * @param prefix of the keys, of this list's alone
 * @param stamp ends the key of what this run saves
 */
export function cacheStore(cache: RunCache, prefix: string, stamp: string): StateStore {
  return {
    read: async () => {
      const restored = await cache.restore(prefix);
      switch (restored.kind) {
        case 'restored':
          return parseState(Buffer.from(restored.text));
        case 'nothing':
          return { histories: new Map(), broken: 0 };
        case 'unavailable':
          return { histories: new Map(), broken: 0, note: `No history: ${restored.why}.` };
      }
    },
    write: async (histories) => {
      const lines: Buffer[] = [];
      for await (const line of stateLines(histories)) lines.push(line);
      const saved = await cache.save(prefix + stamp, Buffer.concat(lines).toString());
      if (saved.kind === 'saved') return undefined;
      const why = saved.kind === 'refused' ? 'this run may not write to the cache' : saved.why;
      return `The history was not kept: ${why}.`;
    },
  };
}
