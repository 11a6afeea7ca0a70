import type { ActionContext } from '@repo/core/action/context';
import { exec } from '@repo/core/process/exec';
import { createGit, type Git } from '@repo/git/git';
import type { RunRecord, SeriesName } from './history/record.ts';
import type { HistoryStore } from './history/store.ts';
import type { Inputs } from './inputs.ts';
import type { ReadResult } from './measurement.ts';
import { readGlobs } from './survey.ts';

/** What results are compared with. */
export type Past =
  | { readonly kind: 'files'; readonly result: ReadResult }
  /** Oldest first, at least one. */
  | { readonly kind: 'history'; readonly records: readonly RunRecord[] }
  | { readonly kind: 'nothing'; readonly why: string };

/** Ancestors that are looked at. */
const MOST_ANCESTORS = 10_000;

/** Finds what to compare with: the baseline's files where they are asked for, or the history. */
export async function pastOf(
  inputs: Inputs,
  store: HistoryStore | undefined,
  series: SeriesName,
  { workspace, run, signal }: ActionContext,
): Promise<Past> {
  if (inputs.baseline.length > 0 && inputs.mode !== 'history') {
    const result = await readGlobs(inputs.baseline, inputs.format, workspace);
    return result === undefined
      ? { kind: 'nothing', why: 'no file matches baseline' }
      : { kind: 'files', result };
  }
  if (store === undefined)
    return { kind: 'nothing', why: 'neither a baseline nor a store is given' };
  const all = await store.read(series);
  const others = all.filter((record) => record.run.id !== run.runId || record.run.job !== run.job);
  const records = await ancestorsOnly(others, createGit({ cwd: workspace, exec, signal }));
  return records.length === 0
    ? {
        kind: 'nothing',
        why: `there is no history of ${series.suite} on ${series.environment} yet`,
      }
    : { kind: 'history', records };
}

/**
 * The runs of commits that this one is built on, whatever became of the branch since; all of them
 * where the checkout is too shallow to know.
 */
async function ancestorsOnly(
  records: readonly RunRecord[],
  git: Git,
): Promise<readonly RunRecord[]> {
  if (records.length === 0) return records;
  const listed = await git.query(['rev-list', `--max-count=${MOST_ANCESTORS}`, 'HEAD']);
  const ancestors = new Set(listed?.split('\n'));
  const known = records.filter(({ sha }) => ancestors.has(sha));
  return known.length > 0 ? known : records;
}
