import { ActionError } from '@repo/core/errors/action-error';

/** GitHub refused, or did not answer. */
export class GitHubError extends ActionError {
  /** Of the answer; `undefined` where there was none. */
  readonly status: number | undefined;

  constructor(
    message: string,
    options: { remedy: string; status: number | undefined; cause?: unknown },
  ) {
    super(message, options);
    this.status = options.status;
  }

  /** It may have been done all the same: the answer was lost, or comes from a fault on the way. */
  get isUncertain(): boolean {
    return this.status === undefined || this.status >= 500;
  }
}
