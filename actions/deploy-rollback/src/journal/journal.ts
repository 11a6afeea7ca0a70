import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import type { Clock } from '@repo/core/process/clock';
import * as v from 'valibot';
import { appendLine, readLines } from '../state/json-lines.ts';
import { type EventOf, eventSchema, type JournalEvent } from './event.ts';

/** The log of one rollback. Each event is flushed to disk before the rollback continues. */
export interface Journal {
  readonly started: EventOf<'started'>;
  /** All events, oldest first. */
  readonly events: readonly JournalEvent[];
  readonly write: (event: Unwritten) => void;
}

/** An event before `write` adds the time. */
export type Unwritten<E extends JournalEvent = JournalEvent> = E extends unknown
  ? Omit<E, 'atMs'>
  : never;

/** Finished journals that are kept for troubleshooting. */
const MAX_FINISHED = 20;

export interface Journals {
  /** The rollback that started and did not finish. */
  readonly unfinished: () => Promise<Journal | undefined>;
  readonly start: (started: Unwritten<EventOf<'started'>>) => Journal;
}

/** The journals of an environment, one file each. */
export function createJournals(stateDir: string, clock: Pick<Clock, 'now'>): Journals {
  const root = join(stateDir, 'journals');
  return {
    unfinished: async () => {
      const finished: { readonly path: string; readonly atMs: number }[] = [];
      let found: Journal | undefined;
      for (const path of await listFiles(root)) {
        const events = (await readLines(path)).map((line) => parseEvent(line, path));
        const [started] = events;
        const last = events.at(-1);
        if (started === undefined) continue;
        if (started.event !== 'started') throw invalidLine(path);
        if (last?.event === 'finished') finished.push({ path, atMs: last.atMs });
        else found = createJournal(path, started, events, clock);
      }
      finished.sort((one, other) => other.atMs - one.atMs);
      for (const { path } of finished.slice(MAX_FINISHED)) await rm(path, { force: true });
      return found;
    },
    start: (given) => {
      const started: EventOf<'started'> = { ...given, atMs: clock.now() };
      const path = join(root, `${started.rollbackId}.jsonl`);
      appendLine(path, started);
      return createJournal(path, started, [started], clock);
    },
  };
}

function createJournal(
  path: string,
  started: EventOf<'started'>,
  earlier: readonly JournalEvent[],
  clock: Pick<Clock, 'now'>,
): Journal {
  const events = [...earlier];
  return {
    started,
    events,
    write: (event) => {
      const timed: JournalEvent = { ...event, atMs: clock.now() };
      appendLine(path, timed);
      events.push(timed);
    },
  };
}

async function listFiles(root: string): Promise<readonly string[]> {
  const names = await readdir(root).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new ActionError(`cannot read ${root}`, {
      remedy: 'Give the user of the runner read access to state-dir.',
      cause,
    });
  });
  return names
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => join(root, name));
}

function parseEvent(line: unknown, path: string): JournalEvent {
  const { success, output } = v.safeParse(eventSchema, line);
  if (!success) throw invalidLine(path);
  return output;
}

function invalidLine(path: string): ActionError {
  return new ActionError(`${path} has an invalid line`, {
    remedy: 'Check the state of the environment, then move the file away.',
  });
}
