import { type Answer, type Call, NOT_FOUND, pageOf, type Route } from '../route.ts';
import { isoSeconds, type Run, type State } from '../state.ts';
import { runBody } from './run-body.ts';
import { workflowOf } from './workflows.ts';

const listRuns: Route = {
  operation: 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
  needs: 'actions: read',
  handle: (call, place): Answer => {
    const { state } = place;
    const workflow = workflowOf(call, state);
    if (workflow === undefined) return NOT_FOUND;
    const { event, branch, status, created, head_sha: headSha } = call.query;
    const since = created === undefined ? undefined : /^>=(.+)$/.exec(created)?.[1];
    if (created !== undefined && since === undefined) {
      throw new Error(`created=${created}: only >= is served here`);
    }
    const runs = state.runs
      .filter((run) => run.workflow === workflow.id)
      .filter((run) => event === undefined || run.event === event)
      .filter((run) => headSha === undefined || run.headSha === headSha)
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
  handle: (call, place) => {
    const run = runOf(call, place.state);
    return run === undefined ? NOT_FOUND : { status: 200, body: runBody(run, place) };
  },
};

const listJobs: Route = {
  operation: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
  needs: 'actions: read',
  handle: (call, place) => {
    const run = runOf(call, place.state);
    if (run === undefined) return NOT_FOUND;
    const jobs = (run.jobs ?? []).map(({ runner, status, name }, index) =>
      place.complete('job', {
        ...{ id: run.id * 100 + index, run_id: run.id, name, status, runner_name: runner },
        ...{ conclusion: status === 'completed' ? 'success' : null, labels: [], runner_id: 1 },
      }),
    );
    return { status: 200, body: { total_count: jobs.length, jobs } };
  },
};

/** Longest that a run may be run again after it was created, ms. */
const RERUN_WITHIN = 30 * 24 * 3_600_000;

const rerun: Route = {
  operation: 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun',
  needs: 'actions: write',
  handle: (call, { state }) => {
    const run = runOf(call, state);
    if (run === undefined) return NOT_FOUND;
    if (run.status !== 'completed') {
      return { status: 403, body: { message: 'This workflow is already running' } };
    }
    if (state.now() - run.createdAt > RERUN_WITHIN) {
      const message = 'Unable to retry this workflow run because it was created over a month ago';
      return { status: 403, body: { message } };
    }
    run.attempt = (run.attempt ?? 1) + 1;
    run.status = 'queued';
    run.conclusion = null;
    state.onRun(run);
    return { status: 201, body: {} };
  },
};

function runOf({ params }: Call, { runs }: State): Run | undefined {
  return runs.find(({ id }) => id === Number(params.run_id));
}

export const runRoutes: readonly Route[] = [listRuns, getRun, listJobs, rerun];
