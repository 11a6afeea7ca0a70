import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';

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
  try {
    const { data } = await request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}', {
      ...repository,
      workflow_id: workflow,
    });
    return { id: Number(data.id), url: data.html_url, isActive: data.state === 'active' };
  } catch (error) {
    if (error instanceof GitHubError && error.status === 404) return undefined;
    throw error;
  }
}
