import {
  type Answer,
  type Call,
  NOT_FOUND,
  type Place,
  pageOf,
  type Route,
  unprocessable,
} from '../route.ts';
import { isoSeconds, type Run, type State, type Workflow } from '../state.ts';
import { repositoryOf } from './repository.ts';

const dispatch: Route = {
  operation: 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
  needs: 'actions: write',
  handle: (call, { state }) => {
    const workflow = workflowOf(call, state);
    if (workflow === undefined) return NOT_FOUND;
    const { ref, inputs = {}, return_run_details: wantsRun } = call.body;
    const problem = problemOf(workflow, String(ref), Object(inputs), state);
    if (problem !== undefined) return unprocessable(problem);
    const run: Run = {
      id: state.nextId(),
      workflow: workflow.id,
      event: 'workflow_dispatch',
      branch: shortRef(String(ref)),
      status: 'queued',
      conclusion: null,
      createdAt: state.now(),
      inputs: Object(inputs),
    };
    state.runs.push(run);
    if (wantsRun !== true) return { status: 204 };
    return {
      status: 200,
      body: {
        workflow_run_id: run.id,
        run_url: apiUrlOf(run, state),
        html_url: pageUrlOf(run, state),
      },
    };
  },
};

function problemOf(
  { inputs: known }: Workflow,
  ref: string,
  given: Readonly<Record<string, unknown>>,
  state: State,
): string | undefined {
  if (!state.refs.includes(shortRef(ref))) return `No ref found for: ${ref}`;
  if (known === undefined) return "Workflow does not have 'workflow_dispatch' trigger";
  const unexpected = Object.keys(given).filter((name) => !(name in known));
  if (unexpected.length > 0) return `Unexpected inputs provided: ${JSON.stringify(unexpected)}`;
  const missing = Object.entries(known).find(
    ([name, { required }]) => required && !(name in given),
  );
  return missing && `Required input '${missing[0]}' not provided`;
}

const listRuns: Route = {
  operation: 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
  needs: 'actions: read',
  handle: (call, place): Answer => {
    const { state } = place;
    const workflow = workflowOf(call, state);
    if (workflow === undefined) return NOT_FOUND;
    const { event, branch, status, created } = call.query;
    const since = created === undefined ? undefined : /^>=(.+)$/.exec(created)?.[1];
    if (created !== undefined && since === undefined) {
      throw new Error(`created=${created}: only >= is served here`);
    }
    const runs = state.runs
      .filter((run) => run.workflow === workflow.id)
      .filter((run) => event === undefined || run.event === event)
      .filter((run) => branch === undefined || run.branch === branch)
      .filter((run) => status === undefined || run.status === status || run.conclusion === status)
      .filter((run) => since === undefined || isoSeconds(run.createdAt) >= since)
      .sort((one, other) => other.id - one.id);
    return {
      status: 200,
      body: {
        total_count: runs.length,
        workflow_runs: pageOf(runs, call).map((run) => runBody(run, place)),
      },
    };
  },
};

const getRun: Route = {
  operation: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
  needs: 'actions: read',
  handle: ({ params }, place) => {
    const run = place.state.runs.find(({ id }) => id === Number(params.run_id));
    return run === undefined ? NOT_FOUND : { status: 200, body: runBody(run, place) };
  },
};

function workflowOf({ params }: Call, { workflows }: State): Workflow | undefined {
  return workflows.find(
    ({ id, file }) => file === params.workflow_id || id === Number(params.workflow_id),
  );
}

function runBody(run: Run, place: Place): object {
  const { state, complete } = place;
  const workflow = state.workflows.find(({ id }) => id === run.workflow);
  return complete('workflow-run', {
    id: run.id,
    workflow_id: run.workflow,
    path: `.github/workflows/${workflow?.file}`,
    name: workflow?.file ?? null,
    event: run.event,
    head_branch: run.branch,
    status: run.status,
    conclusion: run.conclusion,
    created_at: isoSeconds(run.createdAt),
    updated_at: isoSeconds(run.createdAt),
    run_started_at: isoSeconds(run.createdAt),
    url: apiUrlOf(run, state),
    html_url: pageUrlOf(run, state),
    repository: complete('minimal-repository', repositoryOf(place)),
    head_repository: complete('minimal-repository', repositoryOf(place)),
  });
}

function apiUrlOf({ id }: Run, { serverUrl, owner, repo }: State): string {
  return `${serverUrl}/repos/${owner}/${repo}/actions/runs/${id}`;
}

function pageUrlOf({ id }: Run, { serverUrl, owner, repo }: State): string {
  return `${serverUrl}/${owner}/${repo}/actions/runs/${id}`;
}

function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}

export const workflowRoutes: readonly Route[] = [dispatch, listRuns, getRun];
