import { type RunRecord, recordPath } from './record.ts';

/** Runs of a series that are kept. */
const MAX_RUNS = 2_000;

/** Commits after which the branch is replaced by one commit with the same files. */
const MAX_COMMITS = 500;
const COMMIT_COUNT = 'Commits-since-squash';

/** `<sha>-<run>-<attempt>-<job>-<digest>.json`: run and attempt give the order. */
const NAME = /^[^-]*-(\d+)-(\d+)-/;

/** Sorts the file names of a series by run, without reading the files. */
export function sortOldestFirst(names: readonly string[]): readonly string[] {
  const parse = (name: string) => NAME.exec(name)?.slice(1).map(Number) ?? [0, 0];
  return names
    .map((name) => ({ name, order: parse(name) }))
    .sort((a, b) => compareOrder(a.order, b.order) || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

/**
 * The names of the files to delete when runs are added. Decided by name, not by content: a forged
 * file must not be able to have other files deleted.
 */
export function findSurplus(
  names: readonly string[],
  added: readonly RunRecord[],
): readonly string[] {
  const addedNames = new Set(added.map((record) => recordPath(record).split('/').at(-1) ?? ''));
  const others = sortOldestFirst(names.filter((name) => !addedNames.has(name)));
  return others.slice(0, Math.max(0, others.length + added.length - MAX_RUNS));
}

export interface NextCommit {
  readonly message: string;
  /** Whether the commit has no parent, so that the branch does not grow forever. */
  readonly squash: boolean;
}

/** @param latest message of the latest commit; `undefined` for a new branch */
export function planNextCommit(
  latest: string | undefined,
  { suite, sha }: Pick<RunRecord, 'suite' | 'sha'>,
): NextCommit {
  const pattern = new RegExp(`^${COMMIT_COUNT}: (\\d+)$`, 'm');
  const count = Number(pattern.exec(latest ?? '')?.[1] ?? 0);
  const squash = latest !== undefined && count + 1 >= MAX_COMMITS;
  const next = latest === undefined ? 1 : count + 1;
  return {
    message: `perf: ${suite} at ${sha.slice(0, 12)}\n\n${COMMIT_COUNT}: ${squash ? 0 : next}`,
    squash,
  };
}

function compareOrder(
  [a = 0, b = 0]: readonly number[],
  [c = 0, d = 0]: readonly number[],
): number {
  return a - c || b - d;
}
