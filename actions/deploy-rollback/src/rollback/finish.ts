import { plain } from '@repo/core/text/untrusted';
import { contentOf } from '../content.ts';
import type { Context } from '../context.ts';
import { type Finding, finding } from '../finding.ts';
import type { EventOf } from '../journal/event.ts';
import type { Journal } from '../journal/journal.ts';
import { progressOf } from '../journal/progress.ts';

/**
 * Writes a rollback that was decided into the ledger, holds the environment, tells people, ends the
 * journal. Each of it once, however often this is begun.
 */
export async function finish(
  context: Context,
  journal: Journal,
  decided: EventOf<'decided'>,
): Promise<Finding> {
  const { ledger, inputs, ports } = context;
  const { begun } = journal;
  const { result, message } = decided;
  const isRecorded = result === 'rolled-back' || result === 'failed';
  if (progressOf(journal).recorded === undefined) {
    if (result !== 'superseded') await markFailing(context, journal);
    const entry = isRecorded
      ? await ledger.record({
          rollbackId: begun.rollbackId,
          badRelease: begun.badRelease,
          to: { revision: decided.to, content: await contentOf(decided.to, ports) },
          state: result === 'rolled-back' ? 'good' : 'failed',
          reason: plain(begun.reason === '' ? message : begun.reason),
          freeze: inputs.freeze,
        })
      : undefined;
    journal.write({ event: 'recorded', entryId: entry?.id ?? '' });
  }
  if (inputs.incidentIssue && isRecorded && progressOf(journal).told === undefined) {
    const { tellIncident } = await import('../incident.ts');
    journal.write({ event: 'told', issue: await tellIncident(context, journal, decided) });
  }
  journal.write({ event: 'ended' });
  return findingOf(journal, decided);
}

/** A release that had to be rolled back is no candidate any more, whatever it reached before. */
async function markFailing({ ledger }: Context, { begun }: Journal): Promise<void> {
  const { entries } = await ledger.history('known');
  const entry = entries.find(
    ({ kind, revision }) => kind === 'deploy' && revision === begun.badRelease,
  );
  if (entry !== undefined && entry.state !== 'bad') {
    await ledger.mark(entry, 'bad', begun.reason === '' ? 'it was rolled back' : begun.reason);
  }
}

function findingOf(journal: Journal, decided: EventOf<'decided'>): Finding {
  const { begun, events } = journal;
  const { attempts, recorded, told } = progressOf(journal);
  const last = attempts.findLast(({ about }) => about.purpose === 'rollback');
  const isRolledBack = decided.result === 'rolled-back';
  return finding({
    result: decided.result,
    message: decided.message,
    remedy: decided.remedy,
    from: begun.badRelease,
    to: decided.to,
    entryId: recorded?.entryId ?? '',
    snapshotId: isRolledBack ? (last?.about.snapshotId ?? '') : '',
    steps: last?.about.steps ?? [],
    passedOver: decided.passedOver.length > 0 ? decided.passedOver : (last?.about.passedOver ?? []),
    attempts,
    events,
    recoverMs: isRolledBack && last?.verified ? last.verified.atMs - begun.atMs : undefined,
    issue: told?.issue ?? '',
  });
}
