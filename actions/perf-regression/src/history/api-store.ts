import { backoffMs } from '@repo/core/process/backoff';
import type { Clock } from '@repo/core/process/clock';
import { createCommit, readCommit } from '@repo/github/git/commits';
import { createRef, forwardRef, readRef } from '@repo/github/git/refs';
import { replaceRef } from '@repo/github/git/replace-ref';
import { createTree, readBlob, readTree, type TreeEntry } from '@repo/github/git/trees';
import type { GitHub } from '@repo/github/github';
import { GitHubError } from '@repo/github/github-error';
import {
  decodeRecord,
  encodeRecord,
  type RunRecord,
  recordPath,
  type SeriesName,
  seriesFolder,
  sortByTime,
} from './record.ts';
import { findSurplus, planNextCommit, sortOldestFirst } from './retention.ts';
import type { HistoryStore } from './store.ts';

/** Attempts while other jobs write to the same branch. */
const MAX_ATTEMPTS = 60;
const RETRY = { baseMs: 100, maxMs: 2_000 };
/** Each run is one API call. Enough for the baseline and the trend. */
const MAX_RUNS_READ = 100;
const MAX_PARALLEL_CALLS = 8;

export interface ApiPorts {
  readonly github: GitHub;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** From 0 to 1; jitter. */
  readonly random: () => number;
}

/**
 * The history branch through GitHub's Git Data API: for a job without a checkout, or with
 * `persist-credentials: false`. Each commit has the latest one as its parent, and the branch is only
 * fast-forwarded.
 */
export function apiStore(
  branch: string,
  { github, clock, signal, random }: ApiPorts,
): HistoryStore {
  const ref = `refs/heads/${branch}`;

  const readTip = async () => {
    const found = await readRef(github, ref);
    return found === undefined ? undefined : readCommit(github, found.sha);
  };

  /** The files of a series. Walks down to its folder, so that other series are not listed. */
  const listSeriesFiles = async (
    tree: string,
    series: SeriesName,
  ): Promise<readonly TreeEntry[]> => {
    let sha = tree;
    for (const name of seriesFolder(series).split('/')) {
      const found = (await readTree(github, sha)).find((entry) => entry.name === name);
      if (found?.type !== 'tree') return [];
      sha = found.sha;
    }
    return (await readTree(github, sha)).filter(({ type }) => type === 'blob');
  };

  /** `false` if another job moved the branch first. */
  const moveBranch = async (
    from: string | undefined,
    to: string,
    squash: boolean,
  ): Promise<boolean> => {
    if (from === undefined) return createRef(github, ref, to);
    try {
      if (squash) await replaceRef(github, ref, { from, to });
      else await forwardRef(github, ref, to);
      return true;
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      const now = await readRef(github, ref);
      if (now?.sha === to) return true;
      if (now?.sha !== from) return false;
      throw error;
    }
  };

  return {
    read: async (series) => {
      const tip = await readTip();
      if (tip === undefined) return [];
      const files = await listSeriesFiles(tip.tree, series);
      const latest = new Set(sortOldestFirst(files.map(({ name }) => name)).slice(-MAX_RUNS_READ));
      const selected = files.filter(({ name }) => latest.has(name));
      const records: RunRecord[] = [];
      for (let at = 0; at < selected.length; at += MAX_PARALLEL_CALLS) {
        const texts = selected
          .slice(at, at + MAX_PARALLEL_CALLS)
          .map(({ sha }) => readBlob(github, sha));
        for (const text of await Promise.all(texts)) {
          const record = decodeRecord(text, series);
          if (record !== undefined) records.push(record);
        }
      }
      return sortByTime(records);
    },
    write: async (records) => {
      const [first] = records;
      if (first === undefined) return '';
      const folder = seriesFolder(first);
      for (let attempt = 1; ; attempt++) {
        const tip = await readTip();
        const files = tip === undefined ? [] : await listSeriesFiles(tip.tree, first);
        const old = findSurplus(
          files.map(({ name }) => name),
          records,
        );
        const tree = await createTree(github, tip?.tree, [
          ...records.map((record) => ({ path: recordPath(record), content: encodeRecord(record) })),
          ...old.map((name) => ({ path: `${folder}/${name}`, gone: true as const })),
        ]);
        const { message, squash } = planNextCommit(tip?.message, first);
        const parents = tip === undefined || squash ? [] : [tip.sha];
        const { sha } = await createCommit(github, { message, tree, parents });
        if (await moveBranch(tip?.sha, sha, squash)) {
          return `${branch}:${recordPath(records.at(-1) ?? first)}`;
        }
        if (attempt === MAX_ATTEMPTS) throw tooManyWriters(branch);
        await clock.sleep(backoffMs(attempt, RETRY) * random(), signal);
      }
    },
  };
}

function tooManyWriters(branch: string): GitHubError {
  return new GitHubError(`other jobs keep writing to ${branch}`, {
    status: 422,
    remedy: 'Set a different history-branch for each series that records at the same time.',
  });
}
