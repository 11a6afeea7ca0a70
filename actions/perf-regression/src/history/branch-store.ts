import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '@repo/core/action/log';
import { ActionError } from '@repo/core/errors/action-error';
import { backoffMs } from '@repo/core/process/backoff';
import type { Clock } from '@repo/core/process/clock';
import { plain } from '@repo/core/text/untrusted';
import type { Git } from '@repo/git/git';
import {
  decodeRecord,
  encodeRecord,
  type RunRecord,
  recordPath,
  type SeriesName,
  seriesFolder,
  sortByTime,
} from './record.ts';
import { findSurplus, planNextCommit } from './retention.ts';
import type { HistoryStore } from './store.ts';

/** Pushes while other jobs write to the same branch. */
const MAX_ATTEMPTS = 60;
/** Refused pushes in a row, without another job moving the branch, before giving up. */
const MAX_REFUSED = 6;
const RETRY = { baseMs: 100, maxMs: 2_000 };
/** Missing credentials or permissions: a retry cannot succeed. */
const NOT_ALLOWED =
  /could not read (?:Username|Password)|Authentication failed|error: 40[13]|Permission .*denied|Write access to repository not granted/i;

export interface BranchPorts {
  readonly git: Git;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** From 0 to 1; jitter. */
  readonly random: () => number;
}

type Records = readonly [RunRecord, ...RunRecord[]];

/** The remote refuses what is written to the history branch. */
class PushRefused extends ActionError {
  /** @param problem the output of git */
  constructor(branch: string, remote: string, problem: string) {
    super(`${remote} refuses the push to ${branch}`, {
      remedy:
        'Give the job "permissions: contents: write", use store: cache, or use record: never.',
      cause: new Error(plain(problem)),
    });
  }
}

/** Credentials or permissions are missing, as with `persist-credentials: false`. */
class PushNotAllowed extends PushRefused {}

/** Writes with git, and through another store if git may not push. */
export function withFallback(
  gitStore: HistoryStore,
  openFallback: () => Promise<HistoryStore>,
  log: Log,
): HistoryStore {
  return {
    read: gitStore.read,
    write: async (records) => {
      try {
        return await gitStore.write(records);
      } catch (error) {
        if (!(error instanceof PushNotAllowed)) throw error;
        log.info("git may not push. Writing the history through GitHub's API");
        return (await openFallback()).write(records);
      }
    },
  };
}

/**
 * An orphan branch of a remote with one immutable file per run. A plain push adds a commit on top of
 * the branch, and is retried on top of the commits of other jobs, so that no run is lost. Only
 * squashing replaces the branch, and `--force-with-lease` makes it fail if another job has pushed.
 */
export function branchStore(remote: string, branch: string, ports: BranchPorts): HistoryStore {
  const { git, clock, signal, random } = ports;
  const target = `refs/heads/${branch}`;

  /** The latest commit, fetched; `undefined` without a branch. */
  const fetchTip = async (): Promise<string | undefined> => {
    const listed = await git.run(['ls-remote', remote, target]);
    const [tip] = listed.split(/\s/);
    if (!tip) return undefined;
    await git.run([
      'fetch',
      '--quiet',
      '--no-tags',
      '--depth=1',
      '--no-write-fetch-head',
      remote,
      tip,
    ]);
    return tip;
  };

  const listNames = async (tip: string, folder: string): Promise<readonly string[]> => {
    const listed = await git.run(['ls-tree', '-z', '--name-only', tip, `${folder}/`]);
    return listed.split('\0').flatMap((path) => path.split('/').at(-1) || []);
  };

  const readRecords = async (tip: string, series: SeriesName): Promise<readonly RunRecord[]> => {
    const listed = ['ls-tree', '--format=%(objectname)', tip, `${seriesFolder(series)}/`];
    const blobs = await git.run(listed);
    if (blobs === '') return [];
    const contents = await git.run(['cat-file', '--batch'], { stdin: `${blobs}\n` });
    const records = contents
      .split('\n')
      .map((line) => (line.startsWith('{') ? decodeRecord(line, series) : undefined));
    return sortByTime(records.filter((record) => record !== undefined));
  };

  const createCommit = async (tip: string | undefined, records: Records, scratch: string) => {
    const env = { GIT_INDEX_FILE: join(scratch, 'index') };
    await git.run(['read-tree', ...(tip === undefined ? ['--empty'] : [tip])], { env });
    const [first] = records;
    const folder = seriesFolder(first);
    const old = tip === undefined ? [] : findSurplus(await listNames(tip, folder), records);
    const blobs = await writeBlobs(records, scratch);
    const changes = [
      ...old.map((name) => `0 ${'0'.repeat(40)}\t${folder}/${name}`),
      ...records.map((record, index) => `100644 ${blobs[index]}\t${recordPath(record)}`),
    ];
    await git.run(['update-index', '--add', '--index-info'], {
      env,
      stdin: `${changes.join('\n')}\n`,
    });
    const tree = await git.run(['write-tree'], { env });
    const latest =
      tip === undefined ? undefined : await git.run(['show', '--no-patch', '--format=%B', tip]);
    const { message, squash } = planNextCommit(latest, first);
    const parents = tip === undefined || squash ? [] : ['-p', tip];
    const commit = await git.run(['commit-tree', tree, ...parents, '-m', message]);
    return { commit, squash };
  };

  /** One process for all records, because an import has hundreds. */
  const writeBlobs = async (records: Records, folder: string): Promise<readonly string[]> => {
    const paths = records.map((_, index) => join(folder, `${index}.json`));
    for (const [index, record] of records.entries()) {
      await writeFile(paths[index] as string, encodeRecord(record));
    }
    const stdin = `${paths.join('\n')}\n`;
    const hashed = await git.run(['hash-object', '-w', '--no-filters', '--stdin-paths'], { stdin });
    return hashed.split('\n');
  };

  return {
    read: async (series) => {
      const tip = await fetchTip();
      return tip === undefined ? [] : readRecords(tip, series);
    },
    write: async ([first, ...others]) => {
      if (first === undefined) return '';
      const records: Records = [first, ...others];
      const folder = await mkdtemp(join(tmpdir(), 'perf-history-'));
      try {
        let refused = 0;
        for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
          const tip = await fetchTip();
          const { commit, squash } = await createCommit(tip, records, folder);
          // The expected value makes the push a compare-and-swap.
          const lease = squash ? [`--force-with-lease=${target}:${tip}`] : [];
          const push = ['push', '--quiet', ...lease, remote, `${commit}:${target}`];
          const { ok, problem } = await git.execute(push);
          signal.throwIfAborted();
          if (ok) return `${branch}:${recordPath(records.at(-1) ?? first)}`;
          if (NOT_ALLOWED.test(problem)) throw new PushNotAllowed(branch, remote, problem);
          // The lock of another push is short. A branch that does not move refuses every push.
          refused = tip === (await readTip()) ? refused + 1 : 0;
          if (refused >= MAX_REFUSED) throw new PushRefused(branch, remote, problem);
          await clock.sleep(backoffMs(attempt, RETRY) * random(), signal);
        }
        throw new PushRefused(branch, remote, 'other jobs keep writing to the branch');
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };

  async function readTip(): Promise<string | undefined> {
    return (await git.run(['ls-remote', remote, target])).split(/\s/)[0] || undefined;
  }
}
