import { ActionError } from '@repo/core/errors/action-error';

/** GitHub rejected a request or did not respond. */
export class GitHubError extends ActionError {
  /** The status of the response; `undefined` if there was none. */
  readonly status: number | undefined;

  constructor(
    message: string,
    options: { remedy: string; status: number | undefined; cause?: unknown },
  ) {
    super(message, options);
    this.status = options.status;
  }

  /** The request may have succeeded: the response was lost, or it is a server error. */
  get isUncertain(): boolean {
    return this.status === undefined || this.status >= 500;
  }
}
