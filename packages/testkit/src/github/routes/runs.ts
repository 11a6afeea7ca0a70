import type { Run } from '../records.ts';
import { type ApiCall, type ApiResponse, NOT_FOUND, paginate, type Route } from '../route.ts';
import { isoSeconds, type State } from '../state.ts';
import { toRunBody } from './run-body.ts';
import { findWorkflow } from './workflows.ts';

const listRuns: Route = {
  operation: 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
  needs: 'actions: read',
  handle: (call, context): ApiResponse => {
    const { state } = context;
    const workflow = findWorkflow(call, state);
    if (workflow === undefined) return NOT_FOUND;
    const { event, branch, status, created, head_sha: headSha } = call.query;
    const since = created === undefined ? undefined : /^>=(.+)$/.exec(created)?.[1];
    if (created !== undefined && since === undefined) {
      throw new Error(`created=${created}: only >= is supported`);
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
      total: runs.length,
      body: {
        total_count: runs.length,
        workflow_runs: paginate(runs, call).map((run) => toRunBody(run, context)),
      },
    };
  },
};

const getRun: Route = {
  operation: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
  needs: 'actions: read',
  handle: (call, context) => {
    const run = findRun(call, context.state);
    return run === undefined ? NOT_FOUND : { status: 200, body: toRunBody(run, context) };
  },
};

const listJobs: Route = {
  operation: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
  needs: 'actions: read',
  handle: (call, context) => {
    const run = findRun(call, context.state);
    if (run === undefined) return NOT_FOUND;
    const jobs = (run.jobs ?? []).map(({ runner, status, name }, index) =>
      context.complete('job', {
        id: run.id * 100 + index,
        run_id: run.id,
        name,
        status,
        runner_name: runner,
        conclusion: status === 'completed' ? 'success' : null,
        labels: [],
        runner_id: 1,
      }),
    );
    return { status: 200, body: { total_count: jobs.length, jobs } };
  },
};

/** The maximum age of a run for a re-run. */
const MAX_RERUN_AGE_MS = 30 * 24 * 3_600_000;

const rerun: Route = {
  operation: 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun',
  needs: 'actions: write',
  handle: (call, { state }) => {
    const run = findRun(call, state);
    if (run === undefined) return NOT_FOUND;
    if (run.status !== 'completed') {
      return { status: 403, body: { message: 'This workflow is already running' } };
    }
    if (state.now() - run.createdAt > MAX_RERUN_AGE_MS) {
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

function findRun({ params }: ApiCall, { runs }: State): Run | undefined {
  return runs.find(({ id }) => id === Number(params.run_id));
}

export const runRoutes: readonly Route[] = [listRuns, getRun, listJobs, rerun];
