import { backoffMs } from '@repo/core/process/backoff';
import type { Clock } from '@repo/core/process/clock';
import { createCommit, readCommit } from '@repo/github/git/commits';
import { createRef, forwardRef, readRef } from '@repo/github/git/refs';
import { replaceRef } from '@repo/github/git/replace-ref';
import { createTree, readBlob, readTree, type TreeEntry } from '@repo/github/git/trees';
import type { GitHub } from '@repo/github/github';
import { GitHubError } from '@repo/github/github-error';
import { oldestFirst, surplus } from './file-names.ts';
import {
  decodeRecord,
  encodeRecord,
  fileOf,
  folderOf,
  inOrder,
  type RunRecord,
  type SeriesName,
} from './record.ts';
import { nextCommit } from './squash.ts';
import type { HistoryStore } from './store.ts';

/** Commits that are tried while other jobs write to the same branch. */
const MOST_TRIES = 60;
const RETRY = { baseMs: 100, maxMs: 2_000 };
/** Runs that are read, a call each: those that are judged by, and the trend that is shown. */
const MOST_READ = 100;
/** Calls at a time. */
const AT_ONCE = 8;

export interface ApiPorts {
  readonly github: GitHub;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * The same branch as {@link branchStore} has it, through GitHub's Git Data API: for a job without a
 * checkout, or one whose checkout kept no credentials. Each commit is made on top of the latest one,
 * and the branch only moves forward.
 */
export function apiStore(
  branch: string,
  { github, clock, signal, random }: ApiPorts,
): HistoryStore {
  const ref = `refs/heads/${branch}`;

  const tipOf = async () => {
    const found = await readRef(github, ref);
    return found === undefined ? undefined : readCommit(github, found.sha);
  };

  /** The files of a series: folder after folder, so that others need not be listed. */
  const filesOf = async (tree: string, series: SeriesName): Promise<readonly TreeEntry[]> => {
    let sha = tree;
    for (const name of folderOf(series).split('/')) {
      const found = (await readTree(github, sha)).find((entry) => entry.name === name);
      if (found?.type !== 'tree') return [];
      sha = found.sha;
    }
    return (await readTree(github, sha)).filter(({ type }) => type === 'blob');
  };

  /** False where somebody else was faster. */
  const move = async (from: string | undefined, to: string, squash: boolean): Promise<boolean> => {
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
      const tip = await tipOf();
      if (tip === undefined) return [];
      const files = await filesOf(tip.tree, series);
      const latest = new Set(oldestFirst(files.map(({ name }) => name)).slice(-MOST_READ));
      const wanted = files.filter(({ name }) => latest.has(name));
      const records: RunRecord[] = [];
      for (let at = 0; at < wanted.length; at += AT_ONCE) {
        const texts = wanted.slice(at, at + AT_ONCE).map(({ sha }) => readBlob(github, sha));
        for (const text of await Promise.all(texts)) {
          const record = decodeRecord(text, series);
          if (record !== undefined) records.push(record);
        }
      }
      return inOrder(records);
    },
    write: async (records) => {
      const [first] = records;
      if (first === undefined) return '';
      const folder = folderOf(first);
      for (let tries = 1; ; tries++) {
        const tip = await tipOf();
        const files = tip === undefined ? [] : await filesOf(tip.tree, first);
        const old = surplus(
          files.map(({ name }) => name),
          records,
        );
        const tree = await createTree(github, tip?.tree, [
          ...records.map((record) => ({ path: fileOf(record), content: encodeRecord(record) })),
          ...old.map((name) => ({ path: `${folder}/${name}`, gone: true as const })),
        ]);
        const { message, squash } = nextCommit(tip?.message, first);
        const parents = tip === undefined || squash ? [] : [tip.sha];
        const { sha } = await createCommit(github, { message, tree, parents });
        if (await move(tip?.sha, sha, squash)) {
          return `${branch}:${fileOf(records.at(-1) ?? first)}`;
        }
        if (tries === MOST_TRIES) throw busy(branch);
        await clock.sleep(backoffMs(tries, RETRY) * random(), signal);
      }
    },
  };
}

function busy(branch: string): GitHubError {
  return new GitHubError(`others write to ${branch} all the time`, {
    status: 422,
    remedy: 'Give series that record at once a history-branch of their own.',
  });
}
