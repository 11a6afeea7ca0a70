import { formatDuration } from '@repo/core/inputs/duration';
import { code, details, type Markdown, md, table } from '@repo/core/summary/markdown';
import type { JournalEvent } from '../journal/event.ts';
import { shortSha } from '../revision.ts';

export interface TimelineEntry {
  /** Milliseconds since the start of the rollback. */
  readonly atMs: number;
  readonly event: JournalEvent['event'];
  /** May contain untrusted text. */
  readonly description: string;
}

/** The journal for the report, interruptions included. */
export function toTimeline(events: readonly JournalEvent[]): readonly TimelineEntry[] {
  const startMs = events[0]?.atMs ?? 0;
  return events.map((one) => ({
    atMs: Math.max(0, one.atMs - startMs),
    event: one.event,
    description: describeEvent(one),
  }));
}

function describeEvent(one: JournalEvent): string {
  switch (one.event) {
    case 'started':
      return `the rollback of ${shortSha(one.badRelease)} starts`;
    case 'safety-snapshot':
      return one.snapshotId === ''
        ? `no snapshot of the current state${one.reason === '' ? '' : ` (${one.reason})`}`
        : 'took a snapshot of the current state';
    case 'attempt-started':
      return one.purpose === 'restore'
        ? `restoring the previous state of ${shortSha(one.revision)}`
        : `attempt ${one.attempt}: ${shortSha(one.revision)}`;
    case 'applying':
      return `${one.title} …`;
    case 'applied':
      return `${one.title}: ${one.done}`;
    case 'apply-failed':
      return `${one.title}: ${one.reason}`;
    case 'verified':
      return one.checks.every(({ ok }) => ok) ? 'healthy' : 'unhealthy';
    case 'attempt-failed':
      return `attempt ${one.attempt} failed: ${one.reason}`;
    case 'marked-bad':
      return `the release of attempt ${one.attempt} is marked bad`;
    case 'decided':
      return one.result;
    case 'recorded':
      return 'recorded in the ledger';
    case 'incident-published':
      return 'published in an issue';
    case 'finished':
      return 'finished';
  }
}

/** A folded table; empty without a journal. */
export function timelineTable(events: readonly JournalEvent[]): readonly Markdown[] {
  const entries = toTimeline(events);
  if (entries.length === 0) return [];
  return [
    details(md`Timeline`, [
      table(
        [{ title: 'After', align: 'right' }, { title: 'Event' }, { title: '' }],
        entries.map(({ atMs, event, description }) => [
          md`${formatDuration(atMs)}`,
          code(event),
          md`${description}`,
        ]),
      ),
    ]),
  ];
}
