import type { GitHub } from '../github.ts';

export interface Dispatch {
  /** The name of its file (`deploy.yml`), or its id. */
  readonly workflow: string;
  /** A branch or a tag. */
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** What GitHub says of the run that it started; nothing where it is too old to say. */
export interface Dispatched {
  readonly run?: { readonly id: number; readonly url: string };
}

/**
 * Starts a workflow by `workflow_dispatch` (permissions: actions: write). Never repeated by itself:
 * after a GitHubError that `isUncertain`, the runs of the workflow tell whether it was started.
 */
export async function dispatchWorkflow(
  { request, repository, isEnterpriseServer }: GitHub,
  { workflow, ref, inputs }: Dispatch,
): Promise<Dispatched> {
  const { data } = await request(
    'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
    {
      ...repository,
      workflow_id: workflow,
      ref,
      inputs: { ...inputs },
      ...(!isEnterpriseServer && { return_run_details: true }),
    },
  );
  // Servers of before 2026 answer without a body.
  return data?.workflow_run_id === undefined
    ? {}
    : { run: { id: Number(data.workflow_run_id), url: data.html_url } };
}
