import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import type { Clock } from '@repo/core/process/clock';
import * as v from 'valibot';
import { appendLine, readLines } from '../state/lines.ts';
import { epochMs, identifier, revision, shortText } from '../state/untrusted-shapes.ts';
import type { Entry, EntryState, History, Hold, Ledger } from './ledger.ts';

const marks = v.picklist(['good', 'bad']);

const event = v.variant('event', [
  v.object({
    event: v.literal('opened'),
    id: identifier,
    key: shortText,
    revision,
    content: shortText,
    atMs: epochMs,
  }),
  v.object({
    event: v.literal('marked'),
    id: identifier,
    mark: marks,
    reason: shortText,
    atMs: epochMs,
  }),
  v.object({
    event: v.literal('rolled-back'),
    id: identifier,
    rollbackId: identifier,
    badRelease: revision,
    revision,
    content: shortText,
    state: v.picklist(['good', 'failed']),
    reason: shortText,
    freeze: v.boolean(),
    atMs: epochMs,
  }),
  v.object({ event: v.literal('unfrozen'), by: shortText, atMs: epochMs }),
]);

type LedgerEvent = v.InferOutput<typeof event>;

/** The ledger of an environment in a file of the state folder, one event a line, never rewritten. */
export function localLedger(folder: string, clock: Pick<Clock, 'now'>): Ledger {
  const path = join(folder, 'ledger.jsonl');
  const events = async () => (await readLines(path)).map((line) => eventOf(line, path));
  const append = (one: LedgerEvent) => appendLine(path, one);
  const newId = () => `r-${randomUUID().slice(0, 8)}`;
  const entry = async (id: string): Promise<Entry> => {
    const found = historyOf(await events()).entries.find((one) => one.id === id);
    if (found === undefined) throw new Error(`the ledger lost ${id}, which was just written`);
    return found;
  };
  return {
    location: `the ledger ${path}`,
    isOurs: true,
    history: async () => historyOf(await events()),
    open: async ({ key, revision: given, content }) => {
      const known = (await events()).find((one) => one.event === 'opened' && one.key === key);
      const id = known?.event === 'opened' ? known.id : newId();
      if (known === undefined) {
        append({ event: 'opened', id, key, revision: given, content, atMs: clock.now() });
      }
      return entry(id);
    },
    mark: async ({ id, state }, mark, reason) => {
      if (state !== mark) append({ event: 'marked', id, mark, reason, atMs: clock.now() });
    },
    record: async ({ rollbackId, badRelease, to, state, reason, freeze }) => {
      const known = (await events()).find(
        (one) => one.event === 'rolled-back' && one.rollbackId === rollbackId,
      );
      const id = known?.event === 'rolled-back' ? known.id : newId();
      if (known === undefined) {
        const atMs = clock.now();
        append({
          event: 'rolled-back',
          id,
          rollbackId,
          badRelease,
          ...to,
          state,
          reason,
          freeze,
          atMs,
        });
      }
      return entry(id);
    },
    unfreeze: async (by) => append({ event: 'unfrozen', by, atMs: clock.now() }),
  };
}

function eventOf(line: unknown, path: string): LedgerEvent {
  const read = v.safeParse(event, line);
  if (read.success) return read.output;
  throw new ActionError(`${path} has a line that this action did not write`, {
    remedy: 'Put the line right, or move the file away to begin a new ledger.',
  });
}

/** What the events come to, newest first. */
function historyOf(events: readonly LedgerEvent[]): History {
  const entries = new Map<string, Entry>();
  let hold: Hold | undefined;
  for (const one of events) {
    switch (one.event) {
      case 'opened':
        entries.set(one.id, entryOf(one, 'deploy', 'unfinished', ''));
        break;
      case 'marked': {
        const known = entries.get(one.id);
        if (known) entries.set(one.id, { ...known, state: one.mark, reason: one.reason });
        break;
      }
      case 'rolled-back':
        entries.set(one.id, {
          ...entryOf(one, 'rollback', one.state, one.reason),
          rollback: { rollbackId: one.rollbackId, badRelease: one.badRelease },
        });
        if (one.freeze) hold = { reason: one.reason, sinceMs: one.atMs };
        break;
      case 'unfrozen':
        hold = undefined;
    }
  }
  return { entries: [...entries.values()].reverse(), hold };
}

function entryOf(
  one: {
    readonly id: string;
    readonly revision: string;
    readonly content: string;
    readonly atMs: number;
  },
  kind: Entry['kind'],
  state: EntryState,
  reason: string,
): Entry {
  const { id, revision: whole, content, atMs } = one;
  return {
    id,
    deploymentId: undefined,
    kind,
    revision: whole,
    content,
    createdMs: atMs,
    state,
    reason,
    rollback: undefined,
  };
}
