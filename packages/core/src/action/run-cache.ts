import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Keeps one text between runs in the cache of GitHub Actions. An entry never changes: a later one
 * has a key of its own with the same beginning. Anything may be gone at any time, and whoever may
 * push a branch may have written what is read back: it is untrusted.
 */
export interface RunCache {
  /** The newest entry whose key begins with `prefix`: of this branch, else of the default branch. */
  readonly restore: (prefix: string) => Promise<Restored>;
  /** @param key at most 512 characters, without commas */
  readonly save: (key: string, text: string) => Promise<Saved>;
}

export type Restored =
  | { readonly kind: 'restored'; readonly key: string; readonly text: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unavailable'; readonly why: string };

export type Saved =
  | { readonly kind: 'saved' }
  /** Read-only for runs of low trust, an entry that is there already, a service that is down. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'unavailable'; readonly why: string };

interface Place {
  /** Names the file, and with it all its entries: `perf-history.ndjson`. */
  readonly name: string;
  readonly workspace: string;
  readonly signal: AbortSignal;
}

const UNAVAILABLE = {
  kind: 'unavailable',
  why: 'the cache of GitHub Actions is not there (it is within a workflow on GitHub)',
} as const;

/** The cache of this job. The library behind it, 2.4 MB, is loaded when it is used. */
export function runCache({ name, workspace, signal }: Place): RunCache {
  // Entries are told apart by the path too: it has to be the same on every runner.
  const folder = `.kept-${name}`;
  const file = `${folder}/${name}`;
  const within = async <T>(work: (cache: typeof import('@actions/cache')) => Promise<T>) => {
    const cache = await import('@actions/cache');
    if (!cache.isFeatureAvailable()) return UNAVAILABLE;
    try {
      await mkdir(join(workspace, folder), { recursive: true });
      return await untilAborted(work(cache), signal);
    } finally {
      await rm(join(workspace, folder), { recursive: true, force: true });
    }
  };
  return {
    restore: (prefix) =>
      within(async ({ restoreCache }): Promise<Restored> => {
        // No entry has the prefix alone as its key: the newest one that begins with it is meant.
        const key = await restoreCache([file], prefix, [prefix], undefined, true);
        if (key === undefined) return { kind: 'nothing' };
        return { kind: 'restored', key, text: await readFile(join(workspace, file), 'utf8') };
      }),
    save: (key, text) =>
      within(async ({ saveCache }): Promise<Saved> => {
        await writeFile(join(workspace, file), text);
        const id = await saveCache([file], key, undefined, true);
        return { kind: id === -1 ? 'refused' : 'saved' };
      }),
  };
}

/** The library cannot be stopped; it is left behind. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
