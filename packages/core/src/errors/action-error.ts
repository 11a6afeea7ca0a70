/**
 * A fault of the world that stopped the action: a file that cannot be read, a daemon that cannot
 * be reached. Shown without a stack, with the remedy and the chain of causes.
 */
export class ActionError extends Error {
  override readonly name = 'ActionError';
  /** What the user can do about it, as a sentence. */
  readonly remedy: string;

  constructor(message: string, options: { remedy: string; cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.remedy = options.remedy;
  }
}
