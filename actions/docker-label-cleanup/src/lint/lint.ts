import type { ActionContext } from '@repo/core/context';
import type { Outcome } from '@repo/core/outcome';
import type { Inputs } from '../inputs.ts';
export async function lint(_: Inputs, __: ActionContext): Promise<Outcome> {
  throw new Error('todo');
}
