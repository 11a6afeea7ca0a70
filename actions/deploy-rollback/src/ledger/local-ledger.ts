import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import type { Clock } from '@repo/core/process/clock';
import * as v from 'valibot';
import { appendLine, readLines } from '../state/json-lines.ts';
import { epochMs, identifier, revision, shortText } from '../state/schemas.ts';
import type {
  EnvironmentFreeze,
  Ledger,
  LedgerEntry,
  LedgerEntryState,
  LedgerHistory,
} from './ledger.ts';

const marks = v.picklist(['good', 'bad']);

const eventSchema = v.variant('event', [
  v.object({
    event: v.literal('opened'),
    id: identifier,
    key: shortText,
    revision,
    tree: shortText,
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
    tree: shortText,
    state: v.picklist(['good', 'failed']),
    reason: shortText,
    freeze: v.boolean(),
    atMs: epochMs,
  }),
  v.object({ event: v.literal('unfrozen'), by: shortText, atMs: epochMs }),
]);

type LedgerEvent = v.InferOutput<typeof eventSchema>;

/** A ledger in a file of the state folder: one event per line, append-only. */
export function createLocalLedger(stateDir: string, clock: Pick<Clock, 'now'>): Ledger {
  const path = join(stateDir, 'ledger.jsonl');
  const readEvents = async () => (await readLines(path)).map((line) => parseEvent(line, path));
  const append = (one: LedgerEvent) => appendLine(path, one);
  const createSnapshotId = () => `r-${randomUUID().slice(0, 8)}`;
  const entry = async (id: string): Promise<LedgerEntry> => {
    const found = toHistory(await readEvents()).entries.find((one) => one.id === id);
    if (found === undefined) throw new Error(`the ledger has lost the new entry ${id}`);
    return found;
  };
  return {
    location: `the ledger ${path}`,
    isExclusive: true,
    history: async () => toHistory(await readEvents()),
    open: async ({ key, revision: given, tree }) => {
      const recorded = (await readEvents()).find(
        (one) => one.event === 'opened' && one.key === key,
      );
      const id = recorded?.event === 'opened' ? recorded.id : createSnapshotId();
      if (recorded === undefined) {
        append({ event: 'opened', id, key, revision: given, tree, atMs: clock.now() });
      }
      return entry(id);
    },
    mark: async ({ id, state }, mark, reason) => {
      if (state !== mark) append({ event: 'marked', id, mark, reason, atMs: clock.now() });
    },
    record: async ({ rollbackId, badRelease, to, state, reason, freeze }) => {
      const recorded = (await readEvents()).find(
        (one) => one.event === 'rolled-back' && one.rollbackId === rollbackId,
      );
      const id = recorded?.event === 'rolled-back' ? recorded.id : createSnapshotId();
      if (recorded === undefined) {
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

function parseEvent(line: unknown, path: string): LedgerEvent {
  const { success, output } = v.safeParse(eventSchema, line);
  if (success) return output;
  throw new ActionError(`${path} has an invalid line`, {
    remedy: 'Correct the line, or move the file away to start a new ledger.',
  });
}

/** Entries are returned newest first. */
function toHistory(events: readonly LedgerEvent[]): LedgerHistory {
  const entries = new Map<string, LedgerEntry>();
  let freeze: EnvironmentFreeze | undefined;
  for (const one of events) {
    switch (one.event) {
      case 'opened':
        entries.set(one.id, toLedgerEntry(one, 'deploy', 'unfinished', ''));
        break;
      case 'marked': {
        const entry = entries.get(one.id);
        if (entry) entries.set(one.id, { ...entry, state: one.mark, reason: one.reason });
        break;
      }
      case 'rolled-back':
        entries.set(one.id, {
          ...toLedgerEntry(one, 'rollback', one.state, one.reason),
          rollback: { rollbackId: one.rollbackId, badRelease: one.badRelease },
        });
        if (one.freeze) freeze = { reason: one.reason, sinceMs: one.atMs };
        break;
      case 'unfrozen':
        freeze = undefined;
    }
  }
  return { entries: [...entries.values()].reverse(), freeze };
}

function toLedgerEntry(
  one: {
    readonly id: string;
    readonly revision: string;
    readonly tree: string;
    readonly atMs: number;
  },
  kind: LedgerEntry['kind'],
  state: LedgerEntryState,
  reason: string,
): LedgerEntry {
  const { id, revision: fullSha, tree, atMs } = one;
  return {
    id,
    deploymentId: undefined,
    kind,
    revision: fullSha,
    tree,
    createdMs: atMs,
    state,
    reason,
    rollback: undefined,
  };
}
