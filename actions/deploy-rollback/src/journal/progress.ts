import type { EventOf, JournalEvent } from './event.ts';
import type { Journal } from './journal.ts';

/** An attempt at bringing one release back, as far as it has come. */
export interface Attempt {
  readonly about: EventOf<'attempt'>;
  readonly round: 1 | 2;
  /** What was done by the strategies in this round, by their titles. */
  readonly applied: ReadonlyMap<string, string>;
  /** Titles of what was changed or may have been, in any round. */
  readonly touched: ReadonlySet<string>;
  /** How often a step failed in this round, by its title. */
  readonly failures: ReadonlyMap<string, number>;
  readonly verified: EventOf<'verified'> | undefined;
  readonly state: 'open' | 'well' | 'failed';
  /** Why it failed. */
  readonly why: string;
  readonly markedBad: boolean;
}

/** What a journal comes to; everything a rollback does next follows from it. */
export interface Progress {
  readonly safety: EventOf<'safety'> | undefined;
  readonly attempts: readonly Attempt[];
  readonly decided: EventOf<'decided'> | undefined;
  readonly recorded: EventOf<'recorded'> | undefined;
  readonly told: EventOf<'told'> | undefined;
}

export function progressOf({ events }: Pick<Journal, 'events'>): Progress {
  return {
    safety: last(events, 'safety'),
    attempts: ofKind(events, 'attempt').map((about) => attemptOf(about, events)),
    decided: last(events, 'decided'),
    recorded: last(events, 'recorded'),
    told: last(events, 'told'),
  };
}

function attemptOf(about: EventOf<'attempt'>, all: readonly JournalEvent[]): Attempt {
  const events = all.filter((one) => 'attempt' in one && one.attempt === about.attempt);
  const begun = ofKind(events, 'applying');
  const verified = last(events, 'verified');
  const failed = last(events, 'attempt-failed');
  const isWell = verified?.checks.every(({ ok }) => ok) ?? false;
  // A verification that failed ends the first round; the next begins with its first step.
  const round = (verified && !isWell && verified.round === 1) || begun.at(-1)?.round === 2 ? 2 : 1;
  const failures = new Map<string, number>();
  for (const one of ofKind(events, 'apply-failed')) {
    if (one.round === round) failures.set(one.title, (failures.get(one.title) ?? 0) + 1);
  }
  return {
    about,
    round,
    applied: new Map(
      ofKind(events, 'applied')
        .filter((one) => one.round === round)
        .map(({ title, done }) => [title, done]),
    ),
    touched: new Set(begun.map(({ title }) => title)),
    failures,
    verified,
    state: failed ? 'failed' : isWell ? 'well' : 'open',
    why: failed?.why ?? '',
    markedBad: ofKind(events, 'marked-bad').length > 0,
  };
}

/** What was changed, or may have been, by any attempt. */
export function touchedBy({ attempts }: Pick<Progress, 'attempts'>): ReadonlySet<string> {
  return new Set(attempts.flatMap(({ touched }) => [...touched]));
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
