import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import { contentOf } from '../content.ts';
import type { Context } from '../context.ts';
import type { PlannedStep } from '../finding.ts';
import type { EventOf } from '../journal/event.ts';
import type { Journal } from '../journal/journal.ts';
import { progressOf, touchedBy } from '../journal/progress.ts';
import type { History } from '../ledger/ledger.ts';
import { shortSha } from '../revision.ts';
import { choose, preflight, toTarget } from './choose.ts';
import { type Decision, noTarget, stopped } from './decide.ts';

/**
 * Begins the next attempt in the journal, as long as there are candidates and attempts left.
 *
 * @returns the decision where there was no candidate from the beginning; `undefined` where there is
 *   an attempt now, or nothing more to try
 */
export async function next(
  context: Context,
  journal: Journal,
  history: History,
): Promise<Decision | undefined> {
  const { attempts } = progressOf(journal);
  if (attempts.length >= context.inputs.maxAttempts) return undefined;
  const { badRelease, rollbackId } = journal.begun;
  const excluded = new Map(
    attempts.map(({ about, why }) => [about.revision, `was tried just now: ${why}`] as const),
  );
  const chosen = await choose(context, { badRelease, rollbackId, history, excluded });
  const { candidate, steps, passedOver } = chosen;
  if (candidate === undefined) {
    return attempts.length === 0 ? noTarget(journal, passedOver, chosen.remedy) : undefined;
  }
  await keepForSafety(context, journal);
  journal.write({
    event: 'attempt',
    attempt: attempts.length + 1,
    purpose: 'rollback',
    revision: candidate.revision,
    content: candidate.content,
    entryId: candidate.entry?.id ?? '',
    snapshotId: candidate.snapshotId ?? '',
    steps: writable(steps),
    passedOver: passedOver.slice(0, 500).map((one) => ({ ...one })),
  });
  return undefined;
}

/**
 * Begins to put back what was there before the rollback, if that is wanted and was kept, unless an
 * attempt was just begun. Only what was touched is put back.
 */
export async function restoreCurrent(
  context: Context,
  journal: Journal,
): Promise<Decision | undefined> {
  const progress = progressOf(journal);
  if (progress.attempts.some(({ state }) => state === 'open')) return undefined;
  const { inputs, snapshots } = context;
  const touched = touchedBy(progress);
  const strategies = context.strategies.filter(({ title }) => touched.has(title));
  const snapshotId = progress.safety?.snapshotId ?? '';
  const isKept = snapshotId !== '' || strategies.every(({ capture }) => capture === undefined);
  if (inputs.onExhausted === 'stop' || !isKept) return stopped(journal, context);
  const { badRelease, rollbackId } = journal.begun;
  const snapshot = (await snapshots.list()).find(({ id }) => id === snapshotId);
  const target = toTarget({ revision: badRelease, entry: undefined }, { badRelease, rollbackId });
  const ready = await preflight(context, target, snapshot, strategies);
  const attempt = progress.attempts.length + 1;
  journal.write({
    event: 'attempt',
    attempt,
    purpose: 'restore',
    revision: badRelease,
    content: '',
    entryId: '',
    snapshotId,
    steps: ready.kind === 'ready' ? writable(ready.steps) : [],
    passedOver: [],
  });
  if (ready.kind === 'impossible') {
    journal.write({ event: 'attempt-failed', attempt, why: plain(ready.why, 1_000) });
  }
  return undefined;
}

/** An attempt that was interrupted goes on only if all that is left of it can still be done. */
export async function stillPossible(
  context: Context,
  journal: Journal,
  { entries }: History,
): Promise<void> {
  const progress = progressOf(journal);
  const open = progress.attempts.find(({ state }) => state === 'open');
  if (open === undefined || progress.decided !== undefined) return;
  const { attempt, purpose, revision, entryId, snapshotId } = open.about;
  const touched = touchedBy(progress);
  const strategies = context.strategies.filter(
    ({ title }) => !open.applied.has(title) && (purpose === 'rollback' || touched.has(title)),
  );
  const { badRelease, rollbackId } = journal.begun;
  const snapshot = (await context.snapshots.list()).find(({ id }) => id === snapshotId);
  const entry = entries.find(({ id }) => id === entryId);
  const target = toTarget({ revision, entry }, { badRelease, rollbackId });
  const ready = await preflight(context, target, snapshot, strategies);
  if (ready.kind === 'ready') return;
  const why = `it was interrupted, and ${shortSha(revision)} ${ready.why}`;
  journal.write({ event: 'attempt-failed', attempt, why: plain(why, 1_000) });
}

/** Keeps what is there now, once, before anything of it is changed. A rollback needs it not. */
async function keepForSafety(
  { snapshots, ports, ...context }: Context,
  journal: Journal,
): Promise<void> {
  const { safety } = progressOf(journal);
  if (safety !== undefined) return;
  const { rollbackId, badRelease } = journal.begun;
  const strategies = context.strategies.filter(({ capture }) => capture !== undefined);
  if (strategies.length === 0) {
    journal.write({ event: 'safety', snapshotId: '', why: '' });
    return;
  }
  const id = `safety-${rollbackId}`;
  try {
    // One that is whole was taken before a kill, and nothing was changed since.
    const whole = (await snapshots.list()).find((one) => one.id === id);
    if (whole === undefined) {
      const content = await contentOf(badRelease, ports);
      await snapshots.take(strategies, { id, kind: 'safety', revision: badRelease, content });
    }
    journal.write({ event: 'safety', snapshotId: id, why: '' });
  } catch (error) {
    ports.signal.throwIfAborted();
    const why = plain(describeError(error), 1_000);
    ports.log.info(`What is there now cannot be kept, and not be put back later: ${why}`);
    journal.write({ event: 'safety', snapshotId: '', why });
  }
}

function writable(steps: readonly PlannedStep[]): EventOf<'attempt'>['steps'] {
  return steps.map(({ title, step, warnings }) => ({ title, step, warnings: [...warnings] }));
}
