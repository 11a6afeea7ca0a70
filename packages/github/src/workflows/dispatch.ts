import type { GitHub } from '../github.ts';

export interface Dispatch {
  /** Its file name (`deploy.yml`) or id. */
  readonly workflow: string;
  /** A branch or a tag. */
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** The started run; empty for an old GitHub server. */
export interface Dispatched {
  readonly run?: { readonly id: number; readonly url: string };
}

/**
 * Starts a workflow with `workflow_dispatch` (permissions: actions: write). Not retried automatically:
 * after a GitHubError with `isUncertain`, list the runs to find out whether it was started.
 */
export async function dispatchWorkflow(
  { rest, repository, isEnterpriseServer }: GitHub,
  { workflow, ref, inputs }: Dispatch,
): Promise<Dispatched> {
  const { data } = await rest.actions.createWorkflowDispatch({
    ...repository,
    workflow_id: workflow,
    ref,
    inputs: { ...inputs },
    ...(!isEnterpriseServer && { return_run_details: true }),
  });
  // Servers before 2026 respond without a body.
  return data?.workflow_run_id === undefined
    ? {}
    : { run: { id: Number(data.workflow_run_id), url: data.html_url } };
}
