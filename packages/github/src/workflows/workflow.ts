import type { GitHub } from '../github.ts';
import { ifThere } from '../if-there.ts';

export interface Workflow {
  readonly id: number;
  /** Its page. */
  readonly url: string;
  /** False where somebody, or 60 days without activity, has switched it off. */
  readonly isActive: boolean;
}

/**
 * A workflow by the name of its file, or its id; `undefined` where there is none (permissions:
 * actions: read).
 */
export async function readWorkflow(
  { request, repository }: GitHub,
  workflow: string,
): Promise<Workflow | undefined> {
  const found = await ifThere(() =>
    request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}', {
      ...repository,
      workflow_id: workflow,
    }),
  );
  if (found === undefined) return undefined;
  const { id, html_url: url, state } = found.data;
  return { id: Number(id), url, isActive: state === 'active' };
}
