/** The owner of a workflow's GITHUB_TOKEN. Its pushes and deployments do not start workflows. */
const WORKFLOW_TOKEN = 'github-actions[bot]';

/** The owner of the token. */
export interface Viewer {
  readonly login: string;
}

export function isWorkflowToken({ login }: Viewer): boolean {
  return login === WORKFLOW_TOKEN;
}
