import { createHash } from 'node:crypto';
import type { ActionContext } from '@repo/core/action/context';
import type { RunCache } from '@repo/core/action/run-cache';
import type { Prune } from '@repo/github/caches/prune';
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
  { stateStore, list, githubToken = '' }: Inputs,
  path: string,
  context: ActionContext,
): Promise<StateStore> {
  if (stateStore === 'file') return createFileStore(path);
  const { workspace, signal, clock, run } = context;
  const { runCache } = await import('@repo/core/action/run-cache');
  const { createPrune } = await import('@repo/github/caches/prune');
  const name = createHash('sha256').update(list).digest('hex').slice(0, 16);
  const cache = runCache({ name: `proxy-retest-${name}.ndjson`, workspace, signal });
  const suffix = `${clock.now()}-${run.runId}-${run.runAttempt}`;
  const prefix = `proxy-retest-${name}-`;
  return createCacheStore(cache, createPrune(context, githubToken), { prefix, suffix });
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

/** The key of an entry. */
interface EntryName {
  /** Unique to the list. */
  readonly prefix: string;
  /** Unique to the run. */
  readonly suffix: string;
}

/**
 * Uses the cache of GitHub Actions, for jobs without write access to the repository. Cache entries
 * are immutable: each run reads the newest, saves a new one and deletes the older ones.
 */
function createCacheStore(
  cache: RunCache,
  prune: Prune,
  { prefix, suffix }: EntryName,
): StateStore {
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
      const key = prefix + suffix;
      const saved = await cache.save(key, Buffer.concat(lines).toString());
      if (saved.kind === 'saved') {
        await prune({ key, prefix });
        return undefined;
      }
      const reason =
        saved.kind === 'refused' ? 'this run has no write access to the cache' : saved.why;
      return `The history was not saved: ${reason}.`;
    },
  };
}
