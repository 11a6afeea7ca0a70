import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backoffMs } from '@repo/core/process/backoff';
import type { Clock } from '@repo/core/process/clock';
import type { Git } from '@repo/git/git';
import { surplus } from './file-names.ts';
import { PushNotAllowed } from './push-not-allowed.ts';
import { PushRefused } from './push-refused.ts';
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

/** Pushes that are tried while other jobs write to the same branch. */
const MOST_TRIES = 60;
/** Refused pushes in a row, with nobody else writing, after which it is no accident. */
const MOST_UNMOVED = 6;
const RETRY = { baseMs: 100, maxMs: 2_000 };
/** git has no credentials, or such as may not push: trying again is of no use. */
const NOT_ALLOWED =
  /could not read (?:Username|Password)|Authentication failed|error: 40[13]|Permission .*denied|Write access to repository not granted/i;

export interface BranchPorts {
  readonly git: Git;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly random: () => number;
}

type Records = readonly [RunRecord, ...RunRecord[]];

/**
 * Runs on an orphan branch of a remote, one immutable file each. Written by a plain push of a commit
 * on top of the branch, and again on top of what others wrote in the meantime: nothing is lost,
 * nothing forced. Only squashing replaces the branch, and only as long as nobody else wrote
 * (`--force-with-lease`).
 */
export function branchStore(remote: string, branch: string, ports: BranchPorts): HistoryStore {
  const { git, clock, signal, random } = ports;
  const target = `refs/heads/${branch}`;

  /** The commit that the branch is at; `undefined` where there is none yet. */
  const fetch = async (): Promise<string | undefined> => {
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

  const namesAt = async (tip: string, folder: string): Promise<readonly string[]> => {
    const listed = await git.run(['ls-tree', '-z', '--name-only', tip, `${folder}/`]);
    return listed.split('\0').flatMap((path) => path.split('/').at(-1) || []);
  };

  const readAt = async (tip: string, series: SeriesName): Promise<readonly RunRecord[]> => {
    const listed = ['ls-tree', '--format=%(objectname)', tip, `${folderOf(series)}/`];
    const blobs = await git.run(listed);
    if (blobs === '') return [];
    const contents = await git.run(['cat-file', '--batch'], { stdin: `${blobs}\n` });
    const records = contents
      .split('\n')
      .map((line) => (line.startsWith('{') ? decodeRecord(line, series) : undefined));
    return inOrder(records.filter((record) => record !== undefined));
  };

  const commit = async (tip: string | undefined, records: Records, scratch: string) => {
    const env = { GIT_INDEX_FILE: join(scratch, 'index') };
    await git.run(['read-tree', ...(tip === undefined ? ['--empty'] : [tip])], { env });
    const [first] = records;
    const folder = folderOf(first);
    const old = tip === undefined ? [] : surplus(await namesAt(tip, folder), records);
    const blobs = await blobsOf(records, scratch);
    const changes = [
      ...old.map((name) => `0 ${'0'.repeat(40)}\t${folder}/${name}`),
      ...records.map((record, index) => `100644 ${blobs[index]}\t${fileOf(record)}`),
    ];
    await git.run(['update-index', '--add', '--index-info'], {
      env,
      stdin: `${changes.join('\n')}\n`,
    });
    const tree = await git.run(['write-tree'], { env });
    const latest =
      tip === undefined ? undefined : await git.run(['show', '--no-patch', '--format=%B', tip]);
    const { message, squash } = nextCommit(latest, first);
    const parents = tip === undefined || squash ? [] : ['-p', tip];
    const made = await git.run(['commit-tree', tree, ...parents, '-m', message]);
    return { made, squash };
  };

  /** One process for all of them: an import has hundreds. */
  const blobsOf = async (records: Records, folder: string): Promise<readonly string[]> => {
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
      const tip = await fetch();
      return tip === undefined ? [] : readAt(tip, series);
    },
    write: async ([first, ...others]) => {
      if (first === undefined) return '';
      const records: Records = [first, ...others];
      const folder = await mkdtemp(join(tmpdir(), 'perf-history-'));
      try {
        let unmoved = 0;
        for (let tries = 1; tries <= MOST_TRIES; tries++) {
          const tip = await fetch();
          const { made, squash } = await commit(tip, records, folder);
          // An expected value makes it a compare-and-swap, also for a branch that is not there yet.
          const lease = squash ? [`--force-with-lease=${target}:${tip}`] : [];
          const push = ['push', '--quiet', ...lease, remote, `${made}:${target}`];
          const { ok, problem } = await git.execute(push);
          signal.throwIfAborted();
          if (ok) return `${branch}:${fileOf(records.at(-1) ?? first)}`;
          if (NOT_ALLOWED.test(problem)) throw new PushNotAllowed(branch, remote, problem);
          // A lock of another push is gone in a moment; a branch that stays as it is takes none.
          unmoved = tip === (await tipOf()) ? unmoved + 1 : 0;
          if (unmoved >= MOST_UNMOVED) throw new PushRefused(branch, remote, problem);
          await clock.sleep(backoffMs(tries, RETRY) * random(), signal);
        }
        throw new PushRefused(branch, remote, 'others write all the time');
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };

  async function tipOf(): Promise<string | undefined> {
    return (await git.run(['ls-remote', remote, target])).split(/\s/)[0] || undefined;
  }
}
