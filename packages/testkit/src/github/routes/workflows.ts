import type { Workflow } from '../records.ts';
import { type ApiCall, NOT_FOUND, type Route, unprocessable } from '../route.ts';
import { isoSeconds, type State } from '../state.ts';
import { startRun } from '../triggers.ts';
import { getApiUrl, getPageUrl } from './run-body.ts';

const dispatch: Route = {
  operation: 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
  needs: 'actions: write',
  handle: (call, { state }) => {
    const workflow = findWorkflow(call, state);
    if (workflow === undefined) return NOT_FOUND;
    const { ref, inputs = {}, return_run_details: returnsRun } = call.body;
    if (workflow.state !== undefined && workflow.state !== 'active') {
      return unprocessable('Cannot trigger a workflow_dispatch on a disabled workflow');
    }
    const problem = findDispatchProblem(workflow, String(ref), Object(inputs), state);
    if (problem !== undefined) return unprocessable(problem);
    const branch = shortRef(String(ref));
    const headSha = state.git?.commit(branch);
    const title = workflow.runName?.(Object(inputs));
    const run = startRun(state, {
      workflow: workflow.id,
      event: 'workflow_dispatch',
      branch,
      ...(headSha !== undefined && { headSha }),
      ...(title !== undefined && { title }),
      inputs: Object(inputs),
    });
    if (returnsRun !== true) return { status: 204 };
    return {
      status: 200,
      body: {
        workflow_run_id: run.id,
        run_url: getApiUrl(run, state),
        html_url: getPageUrl(run, state),
      },
    };
  },
};

function findDispatchProblem(
  { inputs: known }: Workflow,
  ref: string,
  given: Readonly<Record<string, unknown>>,
  state: State,
): string | undefined {
  const exists = state.refs.includes(shortRef(ref)) || state.git?.commit(ref) !== undefined;
  if (!exists) return `No ref found for: ${ref}`;
  if (known === undefined) return "Workflow does not have 'workflow_dispatch' trigger";
  const unexpected = Object.keys(given).filter((name) => !(name in known));
  if (unexpected.length > 0) return `Unexpected inputs provided: ${JSON.stringify(unexpected)}`;
  const missing = Object.entries(known).find(
    ([name, { required }]) => required && !(name in given),
  );
  return missing && `Required input '${missing[0]}' not provided`;
}

const getWorkflow: Route = {
  operation: 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}',
  needs: 'actions: read',
  handle: (call, { state, complete }) => {
    const workflow = findWorkflow(call, state);
    if (workflow === undefined) return NOT_FOUND;
    const { id, file } = workflow;
    const page = `${state.serverUrl}/${state.owner}/${state.repo}/actions/workflows/${file}`;
    return {
      status: 200,
      body: complete('workflow', {
        ...{ id, name: file, path: `.github/workflows/${file}`, state: workflow.state ?? 'active' },
        url: page,
        html_url: page,
        badge_url: page,
        created_at: isoSeconds(0),
        updated_at: isoSeconds(0),
      }),
    };
  },
};

export function findWorkflow({ params }: ApiCall, { workflows }: State): Workflow | undefined {
  return workflows.find(
    ({ id, file }) => file === params.workflow_id || id === Number(params.workflow_id),
  );
}

function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}

export const workflowRoutes: readonly Route[] = [dispatch, getWorkflow];
