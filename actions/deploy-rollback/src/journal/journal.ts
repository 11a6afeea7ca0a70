import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import type { Clock } from '@repo/core/process/clock';
import * as v from 'valibot';
import { appendLine, readLines } from '../state/lines.ts';
import { type EventOf, eventSchema, type JournalEvent } from './event.ts';

/** What one rollback has done so far; every line is on the disk before anything goes on. */
export interface Journal {
  readonly begun: EventOf<'begun'>;
  /** Everything so far, oldest first. */
  readonly events: readonly JournalEvent[];
  readonly write: (event: Unwritten) => void;
}

/** An event; the time of it is added. */
export type Unwritten<E extends JournalEvent = JournalEvent> = E extends unknown
  ? Omit<E, 'atMs'>
  : never;

/** Journals of ended rollbacks that are kept, for who wants to look back. */
const MOST_ENDED = 20;

export interface Journals {
  /** The rollback that somebody began and nobody ended. */
  readonly unfinished: () => Promise<Journal | undefined>;
  readonly begin: (begun: Unwritten<EventOf<'begun'>>) => Journal;
}

/** The journals of an environment, a file each. */
export function journalsIn(home: string, clock: Pick<Clock, 'now'>): Journals {
  const root = join(home, 'journals');
  return {
    unfinished: async () => {
      const ended: { readonly path: string; readonly atMs: number }[] = [];
      let found: Journal | undefined;
      for (const path of await filesIn(root)) {
        const events = (await readLines(path)).map((line) => eventOf(line, path));
        const [begun] = events;
        const last = events.at(-1);
        if (begun === undefined) continue;
        if (begun.event !== 'begun') throw broken(path);
        if (last?.event === 'ended') ended.push({ path, atMs: last.atMs });
        else found = journalOf(path, begun, events, clock);
      }
      ended.sort((one, other) => other.atMs - one.atMs);
      for (const { path } of ended.slice(MOST_ENDED)) await rm(path, { force: true });
      return found;
    },
    begin: (given) => {
      const begun: EventOf<'begun'> = { ...given, atMs: clock.now() };
      const path = join(root, `${begun.rollbackId}.jsonl`);
      appendLine(path, begun);
      return journalOf(path, begun, [begun], clock);
    },
  };
}

function journalOf(
  path: string,
  begun: EventOf<'begun'>,
  earlier: readonly JournalEvent[],
  clock: Pick<Clock, 'now'>,
): Journal {
  const events = [...earlier];
  return {
    begun,
    events,
    write: (event) => {
      const timed: JournalEvent = { ...event, atMs: clock.now() };
      appendLine(path, timed);
      events.push(timed);
    },
  };
}

async function filesIn(root: string): Promise<readonly string[]> {
  const names = await readdir(root).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new ActionError(`cannot read ${root}`, {
      remedy: 'Let the user that runs this read state-dir.',
      cause,
    });
  });
  return names
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => join(root, name));
}

function eventOf(line: unknown, path: string): JournalEvent {
  const read = v.safeParse(eventSchema, line);
  if (!read.success) throw broken(path);
  return read.output;
}

function broken(path: string): ActionError {
  return new ActionError(`${path} has a line that this action did not write`, {
    remedy: 'Look at what state the environment is in, then move the file away.',
  });
}
