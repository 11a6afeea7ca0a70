import type { Inputs } from '../inputs.ts';
import type { EventOf } from '../journal/event.ts';
import type { Journal, Unwritten } from '../journal/journal.ts';
import { type Attempt, getProgress, getTouched, type Progress } from '../journal/progress.ts';
import type { LedgerEntry } from '../ledger/ledger.ts';
import { shortSha } from '../revision.ts';
import type { PreflightResult } from './preflight.ts';

export type Decided = EventOf<'decided'>;

/** The result of a rollback. */
export type Decision = Omit<Unwritten<Decided>, 'event'>;

const UNFREEZE = 'Repair the environment, then run mode: unfreeze.';
const MAX_SKIPPED = 500;

/** Decides from the journal; `undefined` as long as another attempt is possible. */
export function decide(
  journal: Journal,
  inputs: Pick<Inputs, 'onExhausted'>,
): Decision | undefined {
  const { attempts } = getProgress(journal);
  const healthy = attempts.find(({ state }) => state === 'healthy');
  if (healthy !== undefined) return rolledBack(journal, healthy);
  const isStopped = attempts.some(
    ({ plan, state }) => plan.purpose === 'restore' && state === 'failed',
  );
  return isStopped ? stopped(journal, inputs) : undefined;
}

/** An attempt succeeded: it restored an earlier release, or the state from before the rollback. */
function rolledBack(journal: Journal, { plan, verified }: Attempt): Decision {
  const { badRelease } = journal.started;
  const to = plan.revision;
  if (plan.purpose === 'restore') {
    return {
      result: 'failed',
      message: `${describeFailures(getProgress(journal).attempts)}; restored ${shortSha(badRelease)}, the release from before the rollback`,
      remedy: UNFREEZE,
      to,
      skipped: [],
    };
  }
  const verification = verified?.checks.length
    ? 'verified'
    : 'not verified: no strategy can identify the release, and no verify input is set';
  return {
    result: 'rolled-back',
    message: `Rolled back from ${shortSha(badRelease)} to ${shortSha(to)}, ${verification}`,
    remedy: '',
    to,
    skipped: [],
  };
}

/** No further attempt is possible. */
export function stopped(journal: Journal, inputs: Pick<Inputs, 'onExhausted'>): Decision {
  const progress = getProgress(journal);
  const restore = progress.attempts.find(({ plan }) => plan.purpose === 'restore');
  const failure =
    restore === undefined
      ? inputs.onExhausted === 'stop'
        ? 'stopped because of on-exhausted: stop'
        : `the state from before the rollback cannot be restored (${progress.safetySnapshot?.reason || 'it has no snapshot'})`
      : `restoring the state from before the rollback failed too (${restore.reason})`;
  const message = `${describeFailures(progress.attempts)}; ${failure}; current state: ${describeState(progress)}`;
  return {
    result: 'failed',
    message: message.slice(0, 5_000),
    remedy: UNFREEZE,
    to: '',
    skipped: [],
  };
}

/** No release can be restored, and nothing was changed. */
export function noTarget(journal: Journal, { skipped, remedy }: PreflightResult): Decision {
  const best = skipped.find(({ reason }) => reason.startsWith('cannot'));
  const reason =
    skipped.length === 0
      ? 'the ledger and the snapshots have no other release'
      : best === undefined
        ? `none of ${skipped.length} releases qualifies`
        : `${shortSha(best.revision)} ${best.reason}`;
  return {
    result: 'no-target',
    message: `No release can replace ${shortSha(journal.started.badRelease)}: ${reason}; nothing was changed`,
    remedy: remedy || 'Take a snapshot before each deploy, and mark good releases.',
    to: '',
    skipped: skipped.slice(0, MAX_SKIPPED).map((one) => ({ ...one })),
  };
}

/** Another deploy started during the rollback. */
export function superseded(journal: Journal, { revision }: LedgerEntry): Decision {
  const progress = getProgress(journal);
  const isTouched = getTouched(progress).size > 0;
  return {
    result: 'superseded',
    message: `${shortSha(revision)} was deployed during the rollback; ${isTouched ? `before that, ${describeState(progress)}` : 'nothing was changed'}`,
    remedy: isTouched ? 'Check that the newer deploy has replaced every part.' : '',
    to: revision,
    skipped: [],
  };
}

/** The failed checks of the last round; `undefined` if another round follows or all checks passed. */
export function getVerificationFailure({ plan, state, verified }: Attempt): string | undefined {
  const lastRound = plan.purpose === 'restore' ? 1 : 2;
  if (state !== 'open' || verified?.round !== lastRound) return undefined;
  return verified.checks
    .filter(({ ok }) => !ok)
    .map(({ title, found }) => `${title}: ${found}`)
    .join('; ');
}

/** The state of each changed part: `files .env is at e4f5a6b`. */
export function describeState(progress: Progress): string {
  const parts = [...getTouched(progress)].map((title) => {
    const last = progress.attempts.findLast(({ touched }) => touched.has(title));
    if (last === undefined) return `${title} is unknown`;
    const isComplete = last.applied.has(title) || last.round === 2;
    const revision = shortSha(last.plan.revision);
    return isComplete ? `${title} is at ${revision}` : `${title} may be partly at ${revision}`;
  });
  return parts.length === 0 ? 'nothing was changed' : parts.join(', ');
}

/** `e4f5a6b failed (health: status 500)`. */
function describeFailures(attempts: readonly Attempt[]): string {
  return attempts
    .filter(({ plan }) => plan.purpose === 'rollback')
    .map(({ plan, reason }) => `${shortSha(plan.revision)} failed (${reason})`)
    .join('; ');
}
