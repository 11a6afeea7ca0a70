import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';

/** The remote does not take what is written to the branch of the history. */
export class PushRefused extends ActionError {
  /** @param problem as git says it */
  constructor(branch: string, remote: string, problem: string) {
    super(`${remote} does not take a push to ${branch}`, {
      remedy:
        'Give the job "permissions: contents: write", use store: cache, or use record: never.',
      cause: new Error(plain(problem)),
    });
  }
}
