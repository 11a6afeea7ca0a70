import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** A workflow that can be started. */
export interface WorkflowName {
  /** The name of its file, or its id. */
  readonly file: string;
  /** The branch or tag to start it on; the run's own, or the default branch, where not given. */
  readonly ref?: string;
}

/** `deploy.yml`, `.github/workflows/deploy.yml`, an id; each with `@branch` where wanted. */
export function workflowName(): SyncParser<WorkflowName> {
  return {
    parse: (given) => {
      const [, file, ref] =
        /^(?:\.github\/workflows\/)?([\w.-]+\.ya?ml|\d+)(?:@([^\s@]+))?$/.exec(given) ?? [];
      if (file === undefined) {
        throw new InvalidValue(
          'names no workflow of this repository',
          'Write the name of its file, such as deploy.yml, or deploy.yml@branch.',
        );
      }
      return { file, ...(ref !== undefined && { ref }) };
    },
  };
}
