import type { EventOf, JournalEvent } from './event.ts';
import type { Journal } from './journal.ts';

/** The progress of an attempt to restore one release. */
export interface Attempt {
  readonly plan: EventOf<'attempt-started'>;
  readonly round: 1 | 2;
  /** What strategies did in this round, by their titles. */
  readonly applied: ReadonlyMap<string, string>;
  /** Titles of strategies that changed something, or may have, in any round. */
  readonly touched: ReadonlySet<string>;
  /** Failures of each strategy in this round, by its title. */
  readonly failures: ReadonlyMap<string, number>;
  readonly verified: EventOf<'verified'> | undefined;
  readonly state: 'open' | 'healthy' | 'failed';
  /** Why it failed; empty otherwise. */
  readonly reason: string;
  readonly markedBad: boolean;
}

/** The state of a rollback. Each next step follows from it. */
export interface Progress {
  readonly safetySnapshot: EventOf<'safety-snapshot'> | undefined;
  readonly attempts: readonly Attempt[];
  readonly decided: EventOf<'decided'> | undefined;
  readonly recorded: EventOf<'recorded'> | undefined;
  readonly incident: EventOf<'incident-published'> | undefined;
}

export function getProgress({ events }: Pick<Journal, 'events'>): Progress {
  return {
    safetySnapshot: last(events, 'safety-snapshot'),
    attempts: ofKind(events, 'attempt-started').map((plan) => toAttempt(plan, events)),
    decided: last(events, 'decided'),
    recorded: last(events, 'recorded'),
    incident: last(events, 'incident-published'),
  };
}

/** The attempt that is in progress. */
export function getOpenAttempt(journal: Pick<Journal, 'events'>): Attempt | undefined {
  return getProgress(journal).attempts.find(({ state }) => state === 'open');
}

/** Titles of strategies that changed something, or may have, in any attempt. */
export function getTouched({ attempts }: Pick<Progress, 'attempts'>): ReadonlySet<string> {
  return new Set(attempts.flatMap(({ touched }) => [...touched]));
}

function toAttempt(plan: EventOf<'attempt-started'>, all: readonly JournalEvent[]): Attempt {
  const events = all.filter((one) => 'attempt' in one && one.attempt === plan.attempt);
  const applying = ofKind(events, 'applying');
  const verified = last(events, 'verified');
  const failed = last(events, 'attempt-failed');
  const isHealthy = verified?.checks.every(({ ok }) => ok) ?? false;
  // A failed verification ends the first round; the second starts with its first step.
  const round =
    (verified && !isHealthy && verified.round === 1) || applying.at(-1)?.round === 2 ? 2 : 1;
  const failures = new Map<string, number>();
  for (const one of ofKind(events, 'apply-failed')) {
    if (one.round === round) failures.set(one.title, (failures.get(one.title) ?? 0) + 1);
  }
  return {
    plan,
    round,
    applied: new Map(
      ofKind(events, 'applied')
        .filter((one) => one.round === round)
        .map(({ title, done }) => [title, done]),
    ),
    touched: new Set(applying.map(({ title }) => title)),
    failures,
    verified,
    state: failed ? 'failed' : isHealthy ? 'healthy' : 'open',
    reason: failed?.reason ?? '',
    markedBad: ofKind(events, 'marked-bad').length > 0,
  };
}

function ofKind<Name extends JournalEvent['event']>(
  events: readonly JournalEvent[],
  name: Name,
): readonly EventOf<Name>[] {
  return events.filter((one): one is EventOf<Name> => one.event === name);
}

function last<Name extends JournalEvent['event']>(
  events: readonly JournalEvent[],
  name: Name,
): EventOf<Name> | undefined {
  return ofKind(events, name).at(-1);
}
