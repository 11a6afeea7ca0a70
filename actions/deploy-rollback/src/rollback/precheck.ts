import { createHash } from 'node:crypto';
import { ActionError } from '@repo/core/errors/action-error';
import { formatLimit, type Limit } from '@repo/core/inputs/limit';
import { plain } from '@repo/core/text/untrusted';
import { getBadRelease } from '../bad-release.ts';
import type { Context } from '../context.ts';
import type { TargetSpec } from '../input-parsers.ts';
import type { Journal } from '../journal/journal.ts';
import { getProgress, getTouched } from '../journal/progress.ts';
import { countRollbacks, getNewestDeploy, getRunningEntry } from '../ledger/history.ts';
import type { LedgerEntry, LedgerHistory } from '../ledger/ledger.ts';
import { createResult, type ModeResult } from '../mode-result.ts';
import { shortSha } from '../revision.ts';
import { describeState } from './decision.ts';
import { checkOpenAttempt } from './preflight.ts';

export interface StartedRollback {
  readonly journal: Journal;
  /** The ledger from before the rollback. */
  readonly history: LedgerHistory;
}

export type PrecheckResult =
  | ({ readonly kind: 'go' } & StartedRollback)
  | { readonly kind: 'answered'; readonly result: ModeResult };

/** Continues an unfinished rollback, or starts one if the ledger allows it. */
export async function precheck(context: Context): Promise<PrecheckResult> {
  const { inputs, journals, ledger, ports, strategies } = context;
  const history = await ledger.history();
  const unfinished = await journals.unfinished();
  if (unfinished !== undefined && isUpToDate(unfinished, history, context)) {
    ports.log.info(`Continuing the rollback of ${shortSha(unfinished.started.badRelease)}.`);
    await checkOpenAttempt(context, unfinished, history);
    return { kind: 'go', journal: unfinished, history };
  }
  const badRelease = getBadRelease(context, history);
  if (badRelease === '') {
    const result = createResult({
      result: 'no-target',
      message: `the ledger has no running release for ${inputs.environment}`,
      remedy: 'Set bad-release to the SHA of the release that failed.',
    });
    return { kind: 'answered', result };
  }
  const answer = await checkStart(context, badRelease, history);
  ports.log.debug(
    () =>
      `rollback of ${shortSha(badRelease)}: ${answer ? `${answer.result}, ${answer.message}` : 'may start'} (${history.entries.length} ledger entries)`,
  );
  if (answer !== undefined) return { kind: 'answered', result: answer };
  const journal = journals.start({
    event: 'started',
    rollbackId: createRollbackId(inputs.environment, badRelease, history),
    badRelease,
    newestDeploy: getNewestDeploy(history)?.id ?? '',
    strategies: strategies.map(({ title }) => title),
    reason: plain(inputs.reason, 500),
  });
  return { kind: 'go', journal, history };
}

/** Why a rollback must not start; `undefined` if it may. */
export async function checkStart(
  context: Context,
  badRelease: string,
  history: LedgerHistory,
): Promise<ModeResult | undefined> {
  const { inputs, ports } = context;
  const check = checkHistory(history, {
    badRelease,
    target: inputs.target,
    mayHaveStarted: await mayHaveStarted(context, badRelease, history),
    maxRollbacks: inputs.maxRollbacks,
    nowMs: ports.clock.now(),
  });
  if (check.kind === 'go') return undefined;
  const common = { result: check.kind, message: check.reason, from: badRelease };
  switch (check.kind) {
    case 'noop':
    case 'superseded':
      return createResult({ ...common, to: check.to });
    case 'no-target':
      return createResult({
        ...common,
        remedy: 'If the release runs nevertheless, set the target: target: SHA.',
      });
    case 'loop-guard':
      return createResult({
        ...common,
        remedy: 'Find the cause of the failures, then set the target: target: SHA.',
      });
  }
}

/** Whether the ledger allows a rollback to start. */
export type HistoryCheck =
  | { readonly kind: 'go' }
  /** The bad release does not run any more. */
  | { readonly kind: 'noop'; readonly reason: string; readonly to: string }
  /** The bad release never ran, and a rollback would go back too far. */
  | { readonly kind: 'no-target'; readonly reason: string }
  | { readonly kind: 'superseded'; readonly reason: string; readonly to: string }
  | { readonly kind: 'loop-guard'; readonly reason: string };

export interface HistoryCheckOptions {
  readonly badRelease: string;
  readonly target: TargetSpec;
  readonly mayHaveStarted: boolean;
  readonly maxRollbacks: Limit;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** Decides from the ledger alone whether a rollback may start. */
export function checkHistory(history: LedgerHistory, options: HistoryCheckOptions): HistoryCheck {
  const { badRelease, target } = options;
  const running = getRunningEntry(history);
  if (running?.rollback?.badRelease === badRelease && running.revision !== badRelease) {
    const reason = `${shortSha(badRelease)} is already rolled back to ${shortSha(running.revision)}`;
    return { kind: 'noop', reason, to: running.revision };
  }
  const isRecorded = history.entries.some(({ revision }) => revision === badRelease);
  if (target.kind !== 'named' && history.freeze !== undefined && !isRecorded) {
    const reason = `${shortSha(badRelease)} did not run because the environment is frozen`;
    return { kind: 'noop', reason, to: running?.revision ?? '' };
  }
  const newer = running?.revision === badRelease ? undefined : findNewerDeploy(history, badRelease);
  if (newer !== undefined) {
    const reason = `${shortSha(newer.revision)} was deployed after ${shortSha(badRelease)}`;
    return { kind: 'superseded', reason, to: newer.revision };
  }
  // An explicit target skips the loop guard.
  if (target.kind === 'named') return { kind: 'go' };
  if (!options.mayHaveStarted) {
    const reason = `the deploy of ${shortSha(badRelease)} never started, because no snapshot precedes it; nothing was changed`;
    return { kind: 'no-target', reason };
  }
  return checkLoop(history, running, options);
}

function checkLoop(
  history: LedgerHistory,
  running: LedgerEntry | undefined,
  { badRelease, maxRollbacks, nowMs }: HistoryCheckOptions,
): HistoryCheck {
  if (running?.kind === 'rollback' && running.revision === badRelease) {
    const reason = `${shortSha(badRelease)} was restored by a rollback, and a rollback is not rolled back`;
    return { kind: 'loop-guard', reason };
  }
  const count = countRollbacks(history, maxRollbacks, nowMs);
  if (count < maxRollbacks.most) return { kind: 'go' };
  const rollbacks = count === 1 ? '1 rollback' : `${count} rollbacks`;
  const reason = `the environment already had ${rollbacks}, and max-rollbacks is ${formatLimit(maxRollbacks)}`;
  return { kind: 'loop-guard', reason };
}

/** A deploy of another release after the newest deploy of the bad release. */
function findNewerDeploy({ entries }: LedgerHistory, badRelease: string): LedgerEntry | undefined {
  const deploys = entries.filter(({ kind }) => kind === 'deploy');
  const at = deploys.findIndex(({ revision }) => revision === badRelease);
  return at > 0 ? deploys[0] : undefined;
}

/**
 * Whether the deploy of a release may have started. If deploys take a snapshot first, a deploy
 * without one did not start, e.g. because an earlier step failed. Then the previous release still
 * runs, and a rollback would go back too far.
 */
async function mayHaveStarted(
  { ledger, snapshots, strategies }: Context,
  release: string,
  { entries }: LedgerHistory,
): Promise<boolean> {
  if (!strategies.some(({ capture }) => capture !== undefined)) return true;
  const taken = (await snapshots.list()).filter(({ before }) => before !== undefined);
  return (
    taken.length === 0 ||
    taken.some(({ before }) => before === release) ||
    // GitHub creates a deployment for each job with an environment, however early the job fails.
    entries.some(
      ({ revision, state }) => revision === release && (ledger.isExclusive || state === 'good'),
    )
  );
}

/**
 * The id of the rollback of one deploy. It is the same on another machine and after a kill. A failed
 * rollback is recorded, and the next one gets another id.
 */
export function createRollbackId(
  environment: string,
  badRelease: string,
  history: LedgerHistory,
): string {
  const deploy = getNewestDeploy(history)?.id ?? '';
  const identity = JSON.stringify([environment, badRelease, deploy]);
  const id = `rb-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`;
  const earlier = history.entries.filter(({ rollback }) => rollback?.rollbackId.startsWith(id));
  return earlier.length === 0 ? id : `${id}-${earlier.length + 1}`;
}

/**
 * Whether an unfinished rollback must be finished. A later deploy supersedes it, and a rollback that
 * changed nothing does not affect a run for another release.
 */
function isUpToDate(journal: Journal, history: LedgerHistory, context: Context): boolean {
  const { started, events } = journal;
  const progress = getProgress(journal);
  const isTouched = getTouched(progress).size > 0 || progress.decided !== undefined;
  const newest = getNewestDeploy(history);
  const isSuperseded = newest !== undefined && newest.id !== started.newestDeploy;
  const isOther = getBadRelease(context, history) !== started.badRelease;
  if (progress.recorded === undefined && (isSuperseded || (isOther && !isTouched))) {
    context.ports.log.info(
      `The unfinished rollback of ${shortSha(started.badRelease)} (${describeState(progress)}) is out of date.`,
    );
    journal.write({ event: 'finished' });
    return false;
  }
  const titles = context.strategies.map(({ title }) => title);
  const isSameStrategies = started.strategies.join('\n') === titles.join('\n');
  if (isTouched && !isSameStrategies) {
    throw new ActionError(
      `a rollback of ${shortSha(started.badRelease)} was interrupted (${describeState(progress)}) with other strategies: ${plain(started.strategies.join(', '))}`,
      { remedy: 'Run it again with these strategies, or discard it with mode: unfreeze.' },
    );
  }
  if (!isTouched && !isSameStrategies) {
    journal.write({ event: 'finished' });
    return false;
  }
  return events.length > 0;
}
