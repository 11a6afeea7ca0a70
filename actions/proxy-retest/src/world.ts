import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import type { Finding } from './history/history.ts';
import { readJournal } from './history/journal.ts';
import type { Histories } from './history/state-file.ts';
import { cacheStore, fileStore, type StateStore } from './history/state-store.ts';
import type { Inputs } from './inputs.ts';
import { type ByteSource, fileSource } from './list/byte-source.ts';
import { type Survey, survey } from './survey.ts';
import { refuseToWriteTwice } from './written-twice.ts';

/** Where things are; absolute paths. */
interface Places {
  readonly list: string;
  readonly output: string;
  readonly state: string;
  /** What was found out and not written yet. */
  readonly journal: string;
}

/** The list, and what is known of it. */
export interface World extends AsyncDisposable {
  readonly places: Places;
  readonly original: ByteSource;
  readonly found: Survey;
  readonly histories: Histories;
  readonly store: StateStore;
  /** What there is to say about where the history comes from. */
  readonly notes: readonly string[];
  /** Lines of the state that could not be read. */
  readonly brokenState: number;
  /** What a run that did not get to its end found out. */
  readonly resumed: Map<string, Finding>;
}

function placesOf(inputs: Inputs, workspace: string): Places {
  const list = resolve(workspace, inputs.list);
  const state = inputs.state === '' ? `${list}.state.ndjson` : resolve(workspace, inputs.state);
  const part = inputs.shard ? `-${inputs.shard.index}-of-${inputs.shard.count}` : '';
  return {
    list,
    output: inputs.output === '' ? list : resolve(workspace, inputs.output),
    state,
    journal: `${state}.journal${part}`,
  };
}

/** Reads the list, the state and the journal. Throws an ActionError or an InputError. */
export async function readWorld(inputs: Inputs, context: ActionContext): Promise<World> {
  const { workspace } = context;
  await refuseToWriteTwice(inputs, workspace);
  const places = placesOf(inputs, workspace);
  const original = await fileSource(places.list, inputs.list);
  try {
    const found = await survey(original, inputs.list, inputs.format);
    const store = await storeOf(inputs, places, context);
    const { histories, broken, note } = await store.read();
    const known = new Set(found.entries.map(({ id }) => id));
    const resumed = new Map([...readJournal(places.journal)].filter(([id]) => known.has(id)));
    return {
      places,
      original,
      found,
      histories,
      store,
      notes: note === undefined ? [] : [note],
      brokenState: broken,
      resumed,
      [Symbol.asyncDispose]: () => original[Symbol.asyncDispose](),
    };
  } catch (error) {
    await original[Symbol.asyncDispose]();
    throw error;
  }
}

async function storeOf(
  { stateStore, list }: Inputs,
  { state }: Places,
  { workspace, signal, clock, run }: ActionContext,
): Promise<StateStore> {
  if (stateStore === 'file') return fileStore(state);
  const { runCache } = await import('@repo/core/action/run-cache');
  const name = createHash('sha256').update(list).digest('hex').slice(0, 16);
  const cache = runCache({ name: `proxy-retest-${name}.ndjson`, workspace, signal });
  const stamp = `${clock.now()}-${run.runId}-${run.runAttempt}`;
  return cacheStore(cache, `proxy-retest-${name}-`, stamp);
}
