import { formatLimit, type Limit } from '@repo/core/inputs/limit';
import type { TargetSpec } from './input-parsers.ts';
import type { Entry, History } from './ledger/ledger.ts';
import { shortSha } from './revision.ts';

/** Whether a rollback may begin, as the ledger has it. */
export type Situation =
  | { readonly kind: 'go' }
  /** The release that failed does not run any more. */
  | { readonly kind: 'noop'; readonly why: string; readonly runs: string }
  /** It never began to run, so going back from it would go too far. */
  | { readonly kind: 'no-target'; readonly why: string }
  | { readonly kind: 'superseded'; readonly why: string; readonly by: string }
  | { readonly kind: 'loop-guard'; readonly why: string };

export interface Asked {
  readonly badRelease: string;
  readonly wanted: TargetSpec;
  readonly mayHaveBegun: boolean;
  readonly maxRollbacks: Limit;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** Judges from the ledger alone what there is to do about a release that failed. */
export function situationOf(history: History, asked: Asked): Situation {
  const { badRelease, wanted } = asked;
  const running = runningEntry(history);
  if (running?.rollback?.badRelease === badRelease && running.revision !== badRelease) {
    const why = `${shortSha(badRelease)} has been rolled back to ${shortSha(running.revision)} already`;
    return { kind: 'noop', why, runs: running.revision };
  }
  if (wanted.kind !== 'named' && history.hold !== undefined && !wasDeployed(history, badRelease)) {
    const why = `${shortSha(badRelease)} was held back before it ran: the environment is frozen`;
    return { kind: 'noop', why, runs: running?.revision ?? '' };
  }
  const newer = running?.revision === badRelease ? undefined : newerDeploy(history, badRelease);
  if (newer !== undefined) {
    const why = `${shortSha(newer.revision)} has been deployed after ${shortSha(badRelease)}`;
    return { kind: 'superseded', why, by: newer.revision };
  }
  // Who names a release has looked, and may go round as often as he likes.
  if (wanted.kind === 'named') return { kind: 'go' };
  if (!asked.mayHaveBegun) {
    const why = `no deploy of ${shortSha(badRelease)} has begun, for no snapshot was taken before it; nothing was touched`;
    return { kind: 'no-target', why };
  }
  return loopGuard(history, running, asked);
}

function loopGuard(
  { entries }: History,
  running: Entry | undefined,
  { badRelease, maxRollbacks, nowMs }: Asked,
): Situation {
  if (running?.kind === 'rollback' && running.revision === badRelease) {
    const why = `${shortSha(badRelease)} came by a rollback itself, and a rollback is not rolled back`;
    return { kind: 'loop-guard', why };
  }
  const latest = rollbacksInWindow({ entries }, maxRollbacks, nowMs);
  if (latest < maxRollbacks.most) return { kind: 'go' };
  const times = latest === 1 ? 'was one rollback' : `were ${latest} rollbacks`;
  const why = `there ${times} already, and max-rollbacks is ${formatLimit(maxRollbacks)}`;
  return { kind: 'loop-guard', why };
}

/** How many rollbacks there were lately, those that failed included. */
export function rollbacksInWindow(
  { entries }: Pick<History, 'entries'>,
  { window }: Pick<Limit, 'window'>,
  nowMs: number,
): number {
  return entries.filter(({ kind, createdMs }) => kind === 'rollback' && createdMs > nowMs - window)
    .length;
}

/** What runs, as far as the ledger tells: the latest deploy or rollback that came to anything. */
export function runningEntry({ entries }: History): Entry | undefined {
  return entries.find(({ kind, state }) => kind === 'deploy' || state === 'good');
}

/** The latest deploy, which a rollback must not undo when it is another than at its beginning. */
export function newestDeploy({ entries }: History): Entry | undefined {
  return entries.find(({ kind }) => kind === 'deploy');
}

/** Whether a deploy of a release, or a rollback to it, was ever begun. */
function wasDeployed({ entries }: History, release: string): boolean {
  return entries.some(({ revision }) => revision === release);
}

/** A deploy of another release after the latest one of the bad release. */
function newerDeploy({ entries }: History, badRelease: string): Entry | undefined {
  const deploys = entries.filter(({ kind }) => kind === 'deploy');
  const at = deploys.findIndex(({ revision }) => revision === badRelease);
  return at > 0 ? deploys[0] : undefined;
}
