import type { InputDefinition } from '../inputs/define-inputs.ts';
import type { FailOn } from '../inputs/fail-on.ts';
import type { NotifyTarget } from '../notify/notify-target.ts';
import type { ActionContext } from './context.ts';
import type { Outcome } from './outcome.ts';

/** The values of the inputs that every action has. */
export interface SharedInputs {
  readonly failOn: string;
  readonly reportFile: string;
  readonly summary: boolean;
  readonly notify: readonly NotifyTarget[];
  readonly notifyOn: 'fail' | 'warn' | 'always';
}

/** An action, as `runAction` runs it. */
export interface Action<Inputs extends SharedInputs> {
  /** The name of its folder. */
  readonly name: string;
  readonly inputs: InputDefinition<Inputs>;
  readonly failOn: FailOn;
  readonly run: (inputs: Inputs, context: ActionContext) => Promise<Outcome>;
  /**
   * What is done at the end of the job, also when it failed or was cancelled; `undefined` when
   * there is nothing to tell. action.yml says `post: dist/index.js`.
   */
  readonly post?: (inputs: Inputs, context: ActionContext) => Promise<Outcome | undefined>;
}
