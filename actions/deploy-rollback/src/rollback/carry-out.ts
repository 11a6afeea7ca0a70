import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import type { Context } from '../context.ts';
import type { Journal } from '../journal/journal.ts';
import { type Attempt, progressOf } from '../journal/progress.ts';
import type { Entry } from '../ledger/ledger.ts';
import { shortSha } from '../revision.ts';
import { newestDeploy } from '../situation.ts';
import type { Strategy, Target } from '../strategies/strategy.ts';
import type { Verified } from '../verify/verify.ts';
import { toTarget } from './choose.ts';
import { prove, proveIdentity } from './prove.ts';

export type Carried =
  | { readonly kind: 'well' }
  | { readonly kind: 'failed'; readonly why: string }
  /** Somebody has deployed meanwhile. */
  | { readonly kind: 'superseded'; readonly by: Entry };

/** A step that failed is done once more. */
const TRIES = 2;

/**
 * Brings a release back, from where the journal says that it has come to, and proves that it runs.
 * What was proven not to be well is applied and looked at once more.
 *
 * @throws ActionError, or why it was aborted: then the journal is left for who goes on
 */
export async function carryOut(
  context: Context,
  journal: Journal,
  number: number,
  strategies: readonly Strategy[],
): Promise<Carried> {
  const now = () => attemptIn(journal, number);
  const { about } = now();
  const targets = await targetsOf(context, journal, about, strategies);
  const target = toTarget(
    { revision: about.revision, entry: undefined },
    { badRelease: journal.begun.badRelease, rollbackId: journal.begun.rollbackId },
  );
  const rounds = about.purpose === 'restore' ? 1 : 2;
  for (;;) {
    const { round, applied, verified, state } = now();
    if (state === 'well') return { kind: 'well' };
    if (verified?.round === rounds) return { kind: 'failed', why: whyUnwell(verified.checks) };
    for (const [strategy, own] of targets) {
      if (applied.has(strategy.title)) continue;
      const newer = await supersededBy(context, journal);
      if (newer !== undefined) return { kind: 'superseded', by: newer };
      const failure = await applyStep(context, journal, now(), strategy, own);
      if (failure !== undefined) return { kind: 'failed', why: failure };
    }
    context.ports.log.info(`Verifying ${shortSha(about.revision)} …`);
    const checks =
      about.purpose === 'restore'
        ? await proveIdentity(context, targets)
        : await prove(context, targets, target);
    for (const { title, ok, found } of checks) {
      context.ports.log.info(`${ok ? '✅' : '❌'} ${title}: ${found}`);
    }
    journal.write({ event: 'verified', attempt: number, round, checks: checks.map(shortened) });
  }
}

function attemptIn(journal: Journal, number: number): Attempt {
  const found = progressOf(journal).attempts.find(({ about }) => about.attempt === number);
  if (found === undefined) throw new Error(`attempt ${number} is not in the journal`);
  return found;
}

/** Everything as it will be handed to the strategies, in their order. */
async function targetsOf(
  { snapshots, ledger }: Context,
  { begun }: Journal,
  { revision, snapshotId, entryId }: Attempt['about'],
  strategies: readonly Strategy[],
): Promise<ReadonlyMap<Strategy, Target>> {
  const { entries } = await ledger.history('known');
  const snapshot = (await snapshots.list()).find(({ id }) => id === snapshotId);
  const entry = entries.find(({ id }) => id === entryId);
  return new Map(
    strategies.map((strategy) => [
      strategy,
      { ...toTarget({ revision, entry }, begun), kept: snapshots.keptBy(snapshot, strategy) },
    ]),
  );
}

async function supersededBy({ ledger }: Context, { begun }: Journal): Promise<Entry | undefined> {
  const newest = newestDeploy(await ledger.history());
  return newest?.id === begun.newestDeploy || newest === undefined ? undefined : newest;
}

/** Why it could not be done; `undefined` when it is. */
async function applyStep(
  { ports }: Context,
  journal: Journal,
  { about, round, failures }: Attempt,
  { title, apply }: Strategy,
  target: Target,
): Promise<string | undefined> {
  const step = { attempt: about.attempt, round, title };
  let why = 'it failed before';
  for (let tries = failures.get(title) ?? 0; tries < TRIES; tries++) {
    ports.signal.throwIfAborted();
    journal.write({ event: 'applying', ...step });
    try {
      ports.log.info(`${title}: bringing back ${shortSha(about.revision)} …`);
      const { done } = await apply(target, ports);
      journal.write({ event: 'applied', ...step, done: plain(done) });
      ports.log.info(`${title}: ${done}`);
      return undefined;
    } catch (error) {
      ports.signal.throwIfAborted();
      why = describeError(error);
      ports.log.info(`${title}: ${why}`);
      journal.write({ event: 'apply-failed', ...step, why: plain(why, 1_000) });
    }
  }
  return `${plain(title, 100)}: ${why}`;
}

function whyUnwell(checks: readonly Verified[]): string {
  return checks
    .filter(({ ok }) => !ok)
    .map(({ title, found }) => `${title}: ${found}`)
    .join('; ');
}

function shortened({ title, found, ...rest }: Verified): Verified {
  return { ...rest, title: plain(title), found: plain(found) };
}
