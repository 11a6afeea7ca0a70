import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Keeps one text between runs in the cache of GitHub Actions. An entry never changes: a later one has
 * another key with the same prefix. An entry can disappear at any time. Its content is untrusted,
 * because everyone with write access to a branch can write to the cache.
 */
export interface RunCache {
  /** The newest entry whose key starts with `prefix`, of this branch or else of the default branch. */
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
  /** The run has read-only access, the entry exists, or the service is unavailable. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'unavailable'; readonly why: string };

interface Place {
  /** The name of the file, which also identifies its entries: `perf-history.ndjson`. */
  readonly name: string;
  readonly workspace: string;
  readonly signal: AbortSignal;
}

const UNAVAILABLE = {
  kind: 'unavailable',
  why: 'the cache of GitHub Actions is not available (it exists only in a workflow on GitHub)',
} as const;

/** The cache of this job. Loads its library (2.4 MB) on first use. */
export function runCache({ name, workspace, signal }: Place): RunCache {
  // The path is part of the identity of an entry, so it must be the same on every runner.
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
        // No key equals the prefix, so this restores the newest entry that starts with it.
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

/** The library cannot be cancelled, so it continues in the background. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
