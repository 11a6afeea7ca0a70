import type { Machine } from '@repo/checks/kinds/kind';
import type { ActionContext } from '@repo/core/action/context';
import { type Slots, slots } from '@repo/core/process/slots';
import type { Inputs } from './inputs.ts';

/** What a run works with. */
export interface Context extends ActionContext {
  readonly inputs: Inputs;
  readonly machine: Machine;
  /** Limits the concurrent attempts. */
  readonly slots: Slots;
  /** From 0 to 1, for the jitter. */
  readonly random: () => number;
}

export function createContext(inputs: Inputs, actionContext: ActionContext): Context {
  const { workspace, variable } = actionContext;
  return {
    ...actionContext,
    inputs,
    machine: { workspace, variable },
    slots: slots(inputs.concurrency),
    random: Math.random,
  };
}
