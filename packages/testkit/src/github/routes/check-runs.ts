import type { CheckRun } from '../records.ts';
import { type Route, type RouteContext, unprocessable } from '../route.ts';
import { isoSeconds } from '../state.ts';

const createCheckRun: Route = {
  operation: 'POST /repos/{owner}/{repo}/check-runs',
  needs: 'checks: write',
  handle: ({ body }, context) => {
    const { state } = context;
    const output = Object(body.output);
    const summary = String(output.summary ?? '');
    if (summary.length > 65_535) return unprocessable('output.summary is too long');
    const checkRun: CheckRun = {
      id: state.nextId(),
      name: String(body.name),
      sha: String(body.head_sha),
      conclusion: String(body.conclusion),
      title: String(output.title ?? ''),
      summary,
      createdAt: state.now(),
    };
    state.checkRuns.push(checkRun);
    return { status: 201, body: toCheckRunBody(checkRun, context) };
  },
};

function toCheckRunBody(checkRun: CheckRun, { state, complete }: RouteContext): object {
  const { id, name, sha, conclusion, title, summary } = checkRun;
  const time = isoSeconds(checkRun.createdAt);
  return complete('check-run', {
    id,
    name,
    head_sha: sha,
    status: 'completed',
    conclusion,
    started_at: time,
    completed_at: time,
    html_url: `${state.serverUrl}/${state.owner}/${state.repo}/runs/${id}`,
    output: {
      title,
      summary,
      text: null,
      annotations_count: 0,
      annotations_url: `${state.serverUrl}/repos/${state.owner}/${state.repo}/check-runs/${id}/annotations`,
    },
    app: null,
    check_suite: null,
    pull_requests: [],
  });
}

export const checkRunRoutes: readonly Route[] = [createCheckRun];
