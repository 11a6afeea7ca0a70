import type { InputDefinition } from '../inputs/define-inputs.ts';
import type { FailOn } from '../inputs/fail-on.ts';
import type { NotifyTarget } from '../notify/notify-target.ts';
import type { ActionContext } from './context.ts';
import type { Outcome } from './outcome.ts';

/** The values of the inputs that all actions share. */
export interface SharedInputs {
  readonly failOn: string;
  readonly reportFile: string;
  readonly summary: boolean;
  readonly notify: readonly NotifyTarget[];
  readonly notifyOn: 'fail' | 'warn' | 'always';
}

/** An action that `runAction` can run. */
export interface Action<Inputs extends SharedInputs> {
  /** The name of the action's folder. */
  readonly name: string;
  readonly inputs: InputDefinition<Inputs>;
  readonly failOn: FailOn;
  readonly run: (inputs: Inputs, context: ActionContext) => Promise<Outcome>;
  /**
   * Runs at the end of the job, even if the job failed or was cancelled. Returns `undefined` if there
   * is nothing to report. Requires `post: dist/index.js` in action.yml.
   */
  readonly post?: (inputs: Inputs, context: ActionContext) => Promise<Outcome | undefined>;
}
