import type { Context } from '../context.ts';
import type { Finding } from '../finding.ts';
import type { Journal } from '../journal/journal.ts';
import { progressOf, touchedBy } from '../journal/progress.ts';
import type { History } from '../ledger/ledger.ts';
import { shortSha } from '../revision.ts';
import { rollbacksInWindow } from '../situation.ts';
import { underLock } from '../under-lock.ts';
import { begin } from './begin.ts';
import { carryOut } from './carry-out.ts';
import { type Decision, stopped, superseded, wasRolledBack } from './decide.ts';
import { finish } from './finish.ts';
import { next, restoreCurrent, stillPossible } from './next.ts';

/**
 * LOCK → RESOLVE → PREFLIGHT → SAFETY SNAPSHOT → APPLY → VERIFY → RECORD → FREEZE, UNLOCK. What is
 * done next follows from the journal alone, so that it does not matter how often this was killed.
 */
export async function rollback(context: Context): Promise<Finding> {
  return underLock(context, () => rollBackAlone(context), {
    keep: ({ result, message }, kept) =>
      result === 'failed' ? message : result === 'rolled-back' ? undefined : kept,
    isHalfDone: async () => {
      const left = await context.journals.unfinished();
      const progress = left && progressOf(left);
      return (
        progress !== undefined && (touchedBy(progress).size > 0 || progress.decided !== undefined)
      );
    },
  });
}

async function rollBackAlone(context: Context): Promise<Finding> {
  const history = await context.ledger.history();
  const beginning = await begin(context, history);
  if (beginning.kind === 'answered') return beginning.finding;
  const { journal, resumed } = beginning;
  if (resumed) await stillPossible(context, journal, history);
  for (;;) {
    const { decided } = progressOf(journal);
    if (decided !== undefined) {
      const found = await finish(context, journal, decided);
      const before = rollbacksInWindow(
        history,
        context.inputs.maxRollbacks,
        context.ports.clock.now(),
      );
      // One that was killed after it had been recorded is among them already.
      const isNew = !history.entries.some(
        ({ rollback: one }) => one?.rollbackId === journal.begun.rollbackId,
      );
      return { ...found, rollbacksInWindow: before + (isNew && found.entryId !== '' ? 1 : 0) };
    }
    const decision = await goOn(context, journal, history);
    if (decision !== undefined) journal.write({ event: 'decided', ...decision });
  }
}

/** One attempt more; what it comes to, where that decides the whole. */
async function goOn(
  context: Context,
  journal: Journal,
  history: History,
): Promise<Decision | undefined> {
  await markTried(context, journal, history);
  const { attempts } = progressOf(journal);
  const well = attempts.find(({ state }) => state === 'well');
  if (well !== undefined) return wasRolledBack(journal, well);
  if (attempts.some(({ about, state }) => about.purpose === 'restore' && state === 'failed')) {
    return stopped(journal, context);
  }
  const open = attempts.find(({ state }) => state === 'open');
  if (open === undefined) {
    return (await next(context, journal, history)) ?? (await restoreCurrent(context, journal));
  }
  const { attempt: number, purpose, revision } = open.about;
  const touched = touchedBy(progressOf(journal));
  const strategies =
    purpose === 'restore'
      ? context.strategies.filter(({ title }) => touched.has(title))
      : context.strategies;
  const carried = await context.ports.log.group(
    purpose === 'restore' ? 'Putting back what was there' : `Bringing back ${shortSha(revision)}`,
    () => carryOut(context, journal, number, strategies),
  );
  if (carried.kind === 'superseded') return superseded(journal, carried.by);
  if (carried.kind === 'failed') {
    journal.write({ event: 'attempt-failed', attempt: number, why: carried.why.slice(0, 2_000) });
  }
  return undefined;
}

/** A release that did not become well is no candidate for anybody any more. */
async function markTried(context: Context, journal: Journal, { entries }: History): Promise<void> {
  for (const { about, state, markedBad, why } of progressOf(journal).attempts) {
    if (state !== 'failed' || about.purpose === 'restore' || markedBad) continue;
    const entry = entries.find(({ id }) => id === about.entryId);
    const reason = `it was not well after a rollback to it: ${why}`;
    if (entry !== undefined) await context.ledger.mark(entry, 'bad', reason.slice(0, 500));
    journal.write({ event: 'marked-bad', attempt: about.attempt });
  }
}
