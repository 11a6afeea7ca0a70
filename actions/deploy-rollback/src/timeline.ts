import { formatDuration } from '@repo/core/inputs/duration';
import { code, details, type Markdown, md, table } from '@repo/core/summary/markdown';
import type { JournalEvent } from './journal/event.ts';
import { shortSha } from './revision.ts';

export interface Moment {
  /** Since the beginning, ms. */
  readonly atMs: number;
  readonly event: JournalEvent['event'];
  /** May hold text from outside. */
  readonly what: string;
}

/** The journal as people read it, interruptions included. */
export function timelineOf(events: readonly JournalEvent[]): readonly Moment[] {
  const start = events[0]?.atMs ?? 0;
  return events.map((one) => ({
    atMs: Math.max(0, one.atMs - start),
    event: one.event,
    what: whatOf(one),
  }));
}

function whatOf(one: JournalEvent): string {
  switch (one.event) {
    case 'begun':
      return `the rollback of ${shortSha(one.badRelease)} begins`;
    case 'safety':
      return one.snapshotId === ''
        ? `what is there now is not kept${one.why === '' ? '' : ` (${one.why})`}`
        : 'what is there now is kept for safety';
    case 'attempt':
      return one.purpose === 'restore'
        ? `putting back ${shortSha(one.revision)}`
        : `attempt ${one.attempt}: ${shortSha(one.revision)}`;
    case 'applying':
      return `${one.title} …`;
    case 'applied':
      return `${one.title}: ${one.done}`;
    case 'apply-failed':
      return `${one.title}: ${one.why}`;
    case 'verified':
      return one.checks.every(({ ok }) => ok) ? 'verified' : 'verified: it is not well';
    case 'attempt-failed':
      return `attempt ${one.attempt} failed: ${one.why}`;
    case 'marked-bad':
      return `what attempt ${one.attempt} brought back is marked bad`;
    case 'decided':
      return one.result;
    case 'recorded':
      return 'recorded in the ledger';
    case 'told':
      return 'told in an issue';
    case 'ended':
      return 'the end';
  }
}

/** Folded: it is evidence. Empty where nothing was journalled. */
export function timelineTable(events: readonly JournalEvent[]): readonly Markdown[] {
  const moments = timelineOf(events);
  if (moments.length === 0) return [];
  return [
    details(md`Timeline, as the journal has it`, [
      table(
        [{ title: 'After', align: 'right' }, { title: 'Event' }, { title: '' }],
        moments.map(({ atMs, event, what }) => [
          md`${formatDuration(atMs)}`,
          code(event),
          md`${what}`,
        ]),
      ),
    ]),
  ];
}
