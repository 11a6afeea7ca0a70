/**
 * An external failure that stopped the action, such as an unreadable file or an unreachable daemon.
 * Printed without a stack, with the remedy and the chain of causes.
 */
export class ActionError extends Error {
  override readonly name = 'ActionError';
  /** How to fix it, as a sentence. */
  readonly remedy: string;

  constructor(message: string, options: { remedy: string; cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.remedy = options.remedy;
  }
}
