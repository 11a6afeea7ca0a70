import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import { createStateStore, type StateStore } from './history/state-store.ts';
import type { Inputs } from './inputs.ts';
import { rejectOutputCollisions } from './publish/output-collisions.ts';

/** The files of a run, as absolute paths. */
interface Paths {
  readonly list: string;
  /** Where the list is written. */
  readonly output: string;
  readonly state: string;
  /** Results that are not yet in the list. */
  readonly journal: string;
}

/** What a run works with. */
export interface Context extends ActionContext {
  readonly inputs: Inputs;
  readonly paths: Paths;
  readonly stateStore: StateStore;
}

/** Throws an InputError when two inputs name the same file. */
export async function createContext(
  inputs: Inputs,
  actionContext: ActionContext,
): Promise<Context> {
  const { workspace } = actionContext;
  await rejectOutputCollisions(inputs, workspace);
  const paths = resolvePaths(inputs, workspace);
  const stateStore = await createStateStore(inputs, paths.state, actionContext);
  return { ...actionContext, inputs, paths, stateStore };
}

function resolvePaths(inputs: Inputs, workspace: string): Paths {
  const list = resolve(workspace, inputs.list);
  const state = inputs.state === '' ? `${list}.state.ndjson` : resolve(workspace, inputs.state);
  const suffix = inputs.shard ? `-${inputs.shard.index}-of-${inputs.shard.count}` : '';
  return {
    list,
    output: inputs.output === '' ? list : resolve(workspace, inputs.output),
    state,
    journal: `${state}.journal${suffix}`,
  };
}
