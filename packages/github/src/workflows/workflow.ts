import type { GitHub } from '../github.ts';
import { ifFound } from '../if-found.ts';

export interface Workflow {
  readonly id: number;
  /** Its web page. */
  readonly url: string;
  /** False if it was disabled by a user, or by GitHub after 60 days without activity. */
  readonly isActive: boolean;
}

/**
 * Reads a workflow by its file name or id. Returns `undefined` if it does not exist (permissions:
 * actions: read).
 */
export async function readWorkflow(
  { rest, repository }: GitHub,
  workflow: string,
): Promise<Workflow | undefined> {
  const found = await ifFound(() =>
    rest.actions.getWorkflow({
      ...repository,
      workflow_id: workflow,
    }),
  );
  if (found === undefined) return undefined;
  const { id, html_url: url, state } = found.data;
  return { id: Number(id), url, isActive: state === 'active' };
}
