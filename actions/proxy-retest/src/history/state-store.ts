import { createHash } from 'node:crypto';
import type { ActionContext } from '@repo/core/action/context';
import type { RunCache } from '@repo/core/action/run-cache';
import type { Inputs } from '../inputs.ts';
import { writeChunks } from '../list/rewrite.ts';
import {
  formatState,
  type Histories,
  parseState,
  readState,
  type StoredState,
} from './state-file.ts';

/** Keeps the history between runs. */
export interface StateStore {
  readonly read: () => Promise<StoredState>;
  /** Resolves to a note for the summary when the history could not be saved. */
  readonly write: (histories: Histories) => Promise<string | undefined>;
}

/** @param path the state file, for `state-store: file` */
export async function createStateStore(
  { stateStore, list }: Inputs,
  path: string,
  { workspace, signal, clock, run }: ActionContext,
): Promise<StateStore> {
  if (stateStore === 'file') return createFileStore(path);
  const { runCache } = await import('@repo/core/action/run-cache');
  const name = createHash('sha256').update(list).digest('hex').slice(0, 16);
  const cache = runCache({ name: `proxy-retest-${name}.ndjson`, workspace, signal });
  const suffix = `${clock.now()}-${run.runId}-${run.runAttempt}`;
  return createCacheStore(cache, `proxy-retest-${name}-`, suffix);
}

function createFileStore(path: string): StateStore {
  return {
    read: () => readState(path),
    write: async (histories) => {
      await writeChunks(path, formatState(histories));
      return undefined;
    },
  };
}

/**
 * Uses the cache of GitHub Actions, for jobs without write access to the repository. Cache entries
 * are immutable: each run saves a new entry and reads the newest.
 *
 * @param prefix of the keys, unique to the list
 * @param suffix of the key that this run saves
 */
function createCacheStore(cache: RunCache, prefix: string, suffix: string): StateStore {
  return {
    read: async () => {
      const restored = await cache.restore(prefix);
      switch (restored.kind) {
        case 'restored':
          return parseState(Buffer.from(restored.text));
        case 'nothing':
          return { histories: new Map(), invalidLines: 0 };
        case 'unavailable':
          return {
            histories: new Map(),
            invalidLines: 0,
            note: `The history is not available: ${restored.why}.`,
          };
      }
    },
    write: async (histories) => {
      const lines: Buffer[] = [];
      for await (const line of formatState(histories)) lines.push(line);
      const saved = await cache.save(prefix + suffix, Buffer.concat(lines).toString());
      if (saved.kind === 'saved') return undefined;
      const reason =
        saved.kind === 'refused' ? 'this run has no write access to the cache' : saved.why;
      return `The history was not saved: ${reason}.`;
    },
  };
}
