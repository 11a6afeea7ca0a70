/** Who GITHUB_TOKEN of a workflow belongs to. What it pushes and deploys starts no workflow. */
const WORKFLOW_TOKEN = 'github-actions[bot]';

/** Who asks, as GitHub names them. */
export interface Viewer {
  readonly login: string;
}

export function isWorkflowToken({ login }: Viewer): boolean {
  return login === WORKFLOW_TOKEN;
}
