import { pluralize } from '@repo/core/text/pluralize';
import type { Git } from '@repo/git/git';
import type { Context } from './context.ts';
import type { RunRecord } from './history/record.ts';
import type { ReadResult } from './measurement.ts';
import { readResultFiles } from './result-files.ts';

/** What the results are compared with. */
export type Baseline =
  | { readonly kind: 'files'; readonly result: ReadResult }
  /** Oldest first, at least one. */
  | { readonly kind: 'history'; readonly records: readonly RunRecord[] }
  /** Measured in turns with the workspace (`mode: run`). */
  | { readonly kind: 'commit'; readonly sha: string }
  | { readonly kind: 'none'; readonly reason: string };

/** Commits that are listed to find the ancestors of the checkout. */
const MAX_ANCESTORS = 10_000;

/** Finds the baseline: the base commit, the files of `baseline`, or the history. */
export async function findBaseline(context: Context): Promise<Baseline> {
  const { inputs, action, event, git, store, series } = context;
  if (inputs.mode === 'run') {
    const { findBaseCommit } = await import('./measure/base-commit.ts');
    const sha = await findBaseCommit(git, inputs.baselineRef, {
      isPullMerge: /^refs\/pull\/\d+\/merge$/.test(action.run.ref),
      defaultBranch: event.defaultBranch,
    });
    return { kind: 'commit', sha };
  }
  if (inputs.baseline.length > 0 && inputs.mode !== 'history') {
    const result = await readResultFiles(inputs.baseline, inputs.format, action.workspace);
    return result === undefined
      ? { kind: 'none', reason: 'no file matches baseline' }
      : { kind: 'files', result };
  }
  if (store === undefined) {
    return { kind: 'none', reason: 'neither baseline nor store is set' };
  }
  const { runId, job } = action.run;
  const all = await store.read(series);
  const others = all.filter((record) => record.run.id !== runId || record.run.job !== job);
  const records = await selectAncestors(others, git);
  return records.length === 0
    ? { kind: 'none', reason: `${series.suite} has no history on ${series.environment} yet` }
    : { kind: 'history', records };
}

/** The baseline as the report names it. */
export function describeBaseline(baseline: Baseline, environment: string): string {
  switch (baseline.kind) {
    case 'files':
      return 'the files of the baseline';
    case 'history':
      return `${pluralize(baseline.records.length, 'run')} of history on ${environment}`;
    case 'commit':
      return baseline.sha.slice(0, 12);
    case 'none':
      return `nothing: ${baseline.reason}`;
  }
}

/**
 * The runs of ancestors of the checkout. Runs of other branches would compare unrelated changes. A
 * checkout that is too shallow to contain any of them uses all runs.
 */
async function selectAncestors(
  records: readonly RunRecord[],
  git: Git,
): Promise<readonly RunRecord[]> {
  if (records.length === 0) return records;
  const listed = await git.query(['rev-list', `--max-count=${MAX_ANCESTORS}`, 'HEAD']);
  const ancestors = new Set(listed?.split('\n'));
  const selected = records.filter(({ sha }) => ancestors.has(sha));
  return selected.length > 0 ? selected : records;
}
