import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import type { Context } from '../context.ts';
import type { EventOf } from '../journal/event.ts';
import type { Journal } from '../journal/journal.ts';
import { type Attempt, getProgress, getTouched } from '../journal/progress.ts';
import { getNewestDeploy } from '../ledger/history.ts';
import type { LedgerEntry } from '../ledger/ledger.ts';
import type { PlannedStep } from '../mode-result.ts';
import { shortSha } from '../revision.ts';
import type { Strategy, Target } from '../strategies/strategy.ts';
import type { Candidate } from './candidates.ts';
import { type PreflightResult, toTarget } from './preflight.ts';

export type ApplyResult =
  | { readonly kind: 'applied'; readonly targets: ReadonlyMap<Strategy, Target> }
  | { readonly kind: 'failed' }
  /** A deploy has started since the rollback started. */
  | { readonly kind: 'superseded'; readonly by: LedgerEntry };

/** A failed step is tried once more. */
const MAX_TRIES = 2;

const MAX_SKIPPED = 500;

/** Records the plan of the next attempt. */
export function startAttempt(
  journal: Journal,
  candidate: Candidate,
  { steps, skipped }: PreflightResult,
): void {
  journal.write({
    event: 'attempt-started',
    attempt: getProgress(journal).attempts.length + 1,
    purpose: 'rollback',
    revision: candidate.revision,
    tree: candidate.tree,
    entryId: candidate.entry?.id ?? '',
    snapshotId: candidate.snapshotId ?? '',
    steps: copySteps(steps),
    skipped: skipped.slice(0, MAX_SKIPPED).map((one) => ({ ...one })),
  });
}

export function copySteps(steps: readonly PlannedStep[]): EventOf<'attempt-started'>['steps'] {
  return steps.map(({ title, step, warnings }) => ({ title, step, warnings: [...warnings] }));
}

/**
 * Applies the strategies of an attempt that the journal does not list as applied in this round.
 *
 * @throws the reason of an abort; the journal stays unfinished for the next run
 */
export async function apply(
  context: Context,
  journal: Journal,
  attempt: Attempt,
): Promise<ApplyResult> {
  const targets = await getTargets(context, journal, attempt);
  for (const [strategy, target] of targets) {
    if (attempt.applied.has(strategy.title)) continue;
    const newer = await findNewerDeploy(context, journal);
    if (newer !== undefined) return { kind: 'superseded', by: newer };
    const failure = await applyStep(context, journal, attempt, strategy, target);
    if (failure !== undefined) {
      const reason = failure.slice(0, 2_000);
      journal.write({ event: 'attempt-failed', attempt: attempt.plan.attempt, reason });
      return { kind: 'failed' };
    }
  }
  return { kind: 'applied', targets };
}

/** What each strategy restores, in the order of the strategies. */
async function getTargets(
  { snapshots, ledger, strategies }: Context,
  journal: Journal,
  { plan }: Attempt,
): Promise<ReadonlyMap<Strategy, Target>> {
  const { revision, snapshotId, entryId } = plan;
  const touched = getTouched(getProgress(journal));
  const { entries } = await ledger.history('known');
  const snapshot = (await snapshots.list()).find(({ id }) => id === snapshotId);
  const entry = entries.find(({ id }) => id === entryId);
  const target = toTarget({ revision, entry }, journal.started);
  return new Map(
    strategies
      .filter(({ title }) => plan.purpose === 'rollback' || touched.has(title))
      .map((strategy) => [
        strategy,
        { ...target, snapshot: snapshots.getPart(snapshot, strategy) },
      ]),
  );
}

async function findNewerDeploy(
  { ledger }: Context,
  { started }: Journal,
): Promise<LedgerEntry | undefined> {
  const newest = getNewestDeploy(await ledger.history());
  return newest?.id === started.newestDeploy ? undefined : newest;
}

/** Returns the reason of a failure. */
async function applyStep(
  { ports }: Context,
  journal: Journal,
  { plan, round, failures }: Attempt,
  strategy: Strategy,
  target: Target,
): Promise<string | undefined> {
  const { title } = strategy;
  const step = { attempt: plan.attempt, round, title };
  let reason = 'it failed before';
  for (let tries = failures.get(title) ?? 0; tries < MAX_TRIES; tries++) {
    ports.signal.throwIfAborted();
    journal.write({ event: 'applying', ...step });
    try {
      ports.log.info(`${title}: restoring ${shortSha(plan.revision)} …`);
      const { done } = await strategy.apply(target, ports);
      journal.write({ event: 'applied', ...step, done: plain(done) });
      ports.log.info(`${title}: ${done}`);
      return undefined;
    } catch (error) {
      ports.signal.throwIfAborted();
      reason = describeError(error);
      ports.log.info(`${title}: ${reason}`);
      journal.write({ event: 'apply-failed', ...step, reason: plain(reason, 1_000) });
    }
  }
  return `${plain(title, 100)}: ${reason}`;
}
