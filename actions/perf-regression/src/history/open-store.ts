import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/context';
import { exec } from '@repo/core/exec';
import type { Inputs } from '../inputs.ts';
import { gitIn } from './git.ts';
import type { HistoryStore } from './store.ts';

/** The store that the inputs ask for; `auto` needs none where there is a baseline. */
export async function openStore(
  { store, mode, baseline, historyBranch, historyPath }: Inputs,
  { workspace, clock, signal, log }: ActionContext,
): Promise<HistoryStore | undefined> {
  const needsNone = mode === 'run' || (mode !== 'record' && baseline.length > 0);
  switch (store === 'auto' ? (needsNone ? 'none' : 'branch') : store) {
    case 'none':
      return undefined;
    case 'file': {
      const { fileStore } = await import('./file-store.ts');
      return fileStore(resolve(workspace, historyPath));
    }
    case 'cache': {
      const { runCache } = await import('@repo/core/cache');
      const { cacheStore } = await import('./cache-store.ts');
      return cacheStore(runCache({ name: 'perf-history.ndjson', workspace, signal }), log);
    }
    case 'branch': {
      const { branchStore } = await import('./branch-store.ts');
      return branchStore('origin', historyBranch, {
        git: gitIn(workspace, exec, signal),
        clock,
        signal,
        random: Math.random,
      });
    }
  }
}
