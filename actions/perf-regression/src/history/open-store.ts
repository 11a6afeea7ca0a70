import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/context';
import { exec } from '@repo/core/exec';
import type { Inputs } from '../inputs.ts';
import { branchStore } from './branch-store.ts';
import { fileStore } from './file-store.ts';
import { gitIn } from './git.ts';
import type { HistoryStore } from './store.ts';

/** The store that the inputs ask for; `auto` needs none where there is a baseline. */
export function openStore(
  { store, mode, baseline, historyBranch, historyPath }: Inputs,
  { workspace, clock, signal }: ActionContext,
): HistoryStore | undefined {
  if (store === 'none' || (store === 'auto' && (baseline.length > 0 || mode === 'run')))
    return undefined;
  if (store === 'file') return fileStore(resolve(workspace, historyPath));
  return branchStore('origin', historyBranch, {
    git: gitIn(workspace, exec, signal),
    clock,
    signal,
    random: Math.random,
  });
}
