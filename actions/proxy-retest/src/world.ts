import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/context';
import type { Finding } from './history/history.ts';
import { readJournal } from './history/journal.ts';
import { type Histories, readState } from './history/state-file.ts';
import type { Inputs } from './inputs.ts';
import { type ByteSource, fileSource } from './list/byte-source.ts';
import { type Survey, survey } from './survey.ts';

/** Where things are; absolute paths. */
export interface Places {
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
  /** Lines of the state that could not be read. */
  readonly brokenState: number;
  /** What a run that did not get to its end found out. */
  readonly resumed: Map<string, Finding>;
}

export function placesOf(inputs: Inputs, workspace: string): Places {
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

/** Reads the list, the state and the journal. Throws an ActionError. */
export async function readWorld(inputs: Inputs, { workspace }: ActionContext): Promise<World> {
  const places = placesOf(inputs, workspace);
  const original = await fileSource(places.list, inputs.list);
  try {
    const found = await survey(original, inputs.list, inputs.format);
    const { histories, broken } = await readState(places.state);
    const known = new Set(found.entries.map(({ id }) => id));
    const resumed = new Map([...readJournal(places.journal)].filter(([id]) => known.has(id)));
    return {
      places,
      original,
      found,
      histories,
      brokenState: broken,
      resumed,
      [Symbol.asyncDispose]: () => original[Symbol.asyncDispose](),
    };
  } catch (error) {
    await original[Symbol.asyncDispose]();
    throw error;
  }
}
