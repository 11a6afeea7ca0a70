import type { RunRecord } from './record.ts';

/** Commits after which the branch begins anew with the same files: it does not grow for ever. */
const MOST_COMMITS = 500;
const COUNT = 'Commits-since-squash';

/** What the next commit on the branch says, and whether it is to be the only one. */
export interface NextCommit {
  readonly message: string;
  readonly squash: boolean;
}

/** @param latest the message of the commit before; none: the branch begins */
export function nextCommit(
  latest: string | undefined,
  { suite, sha }: Pick<RunRecord, 'suite' | 'sha'>,
): NextCommit {
  const count = Number(new RegExp(`^${COUNT}: (\\d+)$`, 'm').exec(latest ?? '')?.[1] ?? 0);
  const squash = latest !== undefined && count + 1 >= MOST_COMMITS;
  const next = latest === undefined ? 1 : count + 1;
  return {
    message: `perf: ${suite} at ${sha.slice(0, 12)}\n\n${COUNT}: ${squash ? 0 : next}`,
    squash,
  };
}
