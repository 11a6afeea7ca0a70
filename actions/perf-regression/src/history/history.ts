import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import { traceExec } from '@repo/core/action/trace-exec';
import { ActionError } from '@repo/core/errors/action-error';
import { exec } from '@repo/core/process/exec';
import { createGit } from '@repo/git/git';
import type { Inputs } from '../inputs.ts';
import type { HistoryStore } from './store.ts';

/** Opens the store that the inputs select; `auto` uses none if there is a baseline. */
export async function openStore(
  { store, mode, baseline, historyBranch, historyPath, githubToken = '' }: Inputs,
  context: ActionContext,
): Promise<HistoryStore | undefined> {
  if (mode === 'post') return undefined;
  const { workspace, signal, log } = context;
  const hasBaseline = mode === 'run' || (mode !== 'record' && baseline.length > 0);
  switch (store === 'auto' ? (hasBaseline ? 'none' : 'branch') : store) {
    case 'none':
      return undefined;
    case 'file': {
      const { fileStore } = await import('./file-store.ts');
      return fileStore(resolve(workspace, historyPath));
    }
    case 'cache': {
      const { runCache } = await import('@repo/core/action/run-cache');
      const { createPrune } = await import('@repo/github/caches/prune');
      const { cacheStore } = await import('./cache-store.ts');
      const cache = runCache({ name: 'perf-history.ndjson', workspace, signal });
      return cacheStore(cache, createPrune(context, githubToken), log);
    }
    case 'branch':
      return openBranch(historyBranch, githubToken, context);
  }
}

/** Uses git if the workspace is a checkout whose remote answers, otherwise GitHub's API. */
async function openBranch(
  branch: string,
  token: string,
  context: ActionContext,
): Promise<HistoryStore> {
  const { workspace, clock, signal, log } = context;
  const git = createGit({ cwd: workspace, exec: traceExec(exec, log.debug), signal });
  const openApiStore = async () => {
    const { connectGitHub } = await import('@repo/github/connect');
    const { readSettings } = await import('@repo/github/settings');
    const { apiStore } = await import('./api-store.ts');
    const github = await connectGitHub(readSettings(context, token, 'write'));
    return apiStore(branch, { github, clock, signal, random: Math.random });
  };
  const { ok, problem } = await git.execute(['ls-remote', '--quiet', 'origin', 'HEAD']);
  signal.throwIfAborted();
  if (!ok) {
    if (token === '') throw unreachable(branch, problem);
    log.info("git cannot reach the remote. Reading the history through GitHub's API");
    return openApiStore();
  }
  const { branchStore, withFallback } = await import('./branch-store.ts');
  const gitStore = branchStore('origin', branch, { git, clock, signal, random: Math.random });
  return token === '' ? gitStore : withFallback(gitStore, openApiStore, log);
}

function unreachable(branch: string, problem: string): ActionError {
  const [first = ''] = problem.split('\n');
  return new ActionError(`the history branch ${branch} of the remote origin cannot be reached`, {
    remedy:
      'Run actions/checkout first or set github-token. Without a branch, use baseline, store: cache or store: file.',
    cause: new Error(first.replace(/^fatal: /, '')),
  });
}
