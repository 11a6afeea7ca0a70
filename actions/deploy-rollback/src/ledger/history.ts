import type { Limit } from '@repo/core/inputs/limit';
import type { LedgerEntry, LedgerHistory } from './ledger.ts';

type Entries = Pick<LedgerHistory, 'entries'>;

/** The release that runs according to the ledger: the newest deploy or successful rollback. */
export function getRunningEntry({ entries }: Entries): LedgerEntry | undefined {
  return entries.find(({ kind, state }) => kind === 'deploy' || state === 'good');
}

/** The newest deploy. A rollback must not undo a deploy that starts after it. */
export function getNewestDeploy({ entries }: Entries): LedgerEntry | undefined {
  return entries.find(({ kind }) => kind === 'deploy');
}

/** Counts the rollbacks within the window, failed ones included. */
export function countRollbacks(
  { entries }: Entries,
  { window }: Pick<Limit, 'window'>,
  nowMs: number,
): number {
  return entries.filter(({ kind, createdMs }) => kind === 'rollback' && createdMs > nowMs - window)
    .length;
}
