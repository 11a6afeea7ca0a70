import type { Finding } from '../finding.ts';
import type { Journal } from '../journal/journal.ts';
import { progressOf, touchedBy } from '../journal/progress.ts';
import type { History } from '../ledger/ledger.ts';
import { shortSha } from '../revision.ts';
import { rollbacksInWindow } from '../situation.ts';
import { underLock } from '../under-lock.ts';
import type { World } from '../world.ts';
import { begin } from './begin.ts';
import { carryOut } from './carry-out.ts';
import { type Decision, stopped, superseded, wasRolledBack } from './decide.ts';
import { finish } from './finish.ts';
import { next, restoreCurrent, stillPossible } from './next.ts';

/**
 * LOCK → RESOLVE → PREFLIGHT → SAFETY SNAPSHOT → APPLY → VERIFY → RECORD → FREEZE, UNLOCK. What is
 * done next follows from the journal alone, so that it does not matter how often this was killed.
 */
export async function rollback(world: World): Promise<Finding> {
  return underLock(world, () => rollBackAlone(world), {
    keep: ({ result, message }, kept) =>
      result === 'failed' ? message : result === 'rolled-back' ? undefined : kept,
    isHalfDone: async () => {
      const left = await world.journals.unfinished();
      const progress = left && progressOf(left);
      return (
        progress !== undefined && (touchedBy(progress).size > 0 || progress.decided !== undefined)
      );
    },
  });
}

async function rollBackAlone(world: World): Promise<Finding> {
  const history = await world.ledger.history();
  const beginning = await begin(world, history);
  if (beginning.kind === 'answered') return beginning.finding;
  const { journal, resumed } = beginning;
  if (resumed) await stillPossible(world, journal, history);
  for (;;) {
    const { decided } = progressOf(journal);
    if (decided !== undefined) {
      const found = await finish(world, journal, decided);
      const before = rollbacksInWindow(history, world.inputs.maxRollbacks, world.ports.clock.now());
      // One that was killed after it had been recorded is among them already.
      const isNew = !history.entries.some(
        ({ rollback: one }) => one?.claim === journal.begun.claim,
      );
      return { ...found, rollbacksInWindow: before + (isNew && found.entryId !== '' ? 1 : 0) };
    }
    const decision = await goOn(world, journal, history);
    if (decision !== undefined) journal.write({ event: 'decided', ...decision });
  }
}

/** One attempt more; what it comes to, where that decides the whole. */
async function goOn(
  world: World,
  journal: Journal,
  history: History,
): Promise<Decision | undefined> {
  await markTried(world, journal, history);
  const { attempts } = progressOf(journal);
  const well = attempts.find(({ state }) => state === 'well');
  if (well !== undefined) return wasRolledBack(journal, well);
  if (attempts.some(({ about, state }) => about.purpose === 'restore' && state === 'failed')) {
    return stopped(journal, world);
  }
  const open = attempts.find(({ state }) => state === 'open');
  if (open === undefined) {
    return (await next(world, journal, history)) ?? (await restoreCurrent(world, journal));
  }
  const { attempt: number, purpose, revision } = open.about;
  const touched = touchedBy(progressOf(journal));
  const strategies =
    purpose === 'restore'
      ? world.strategies.filter(({ title }) => touched.has(title))
      : world.strategies;
  const carried = await world.ports.log.group(
    purpose === 'restore' ? 'Putting back what was there' : `Bringing back ${shortSha(revision)}`,
    () => carryOut(world, journal, number, strategies),
  );
  if (carried.kind === 'superseded') return superseded(journal, carried.by);
  if (carried.kind === 'failed') {
    journal.write({ event: 'attempt-failed', attempt: number, why: carried.why.slice(0, 2_000) });
  }
  return undefined;
}

/** A release that did not become well is no candidate for anybody any more. */
async function markTried(world: World, journal: Journal, { entries }: History): Promise<void> {
  for (const { about, state, markedBad, why } of progressOf(journal).attempts) {
    if (state !== 'failed' || about.purpose === 'restore' || markedBad) continue;
    const entry = entries.find(({ id }) => id === about.entryId);
    const reason = `it was not well after a rollback to it: ${why}`;
    if (entry !== undefined) await world.ledger.mark(entry, 'bad', reason.slice(0, 500));
    journal.write({ event: 'marked-bad', attempt: about.attempt });
  }
}
