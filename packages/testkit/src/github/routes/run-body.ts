import type { Run } from '../records.ts';
import type { RouteContext } from '../route.ts';
import { isoSeconds, type State } from '../state.ts';
import { toRepositoryBody } from './repository.ts';

export function toRunBody(run: Run, context: RouteContext): object {
  const { state, complete } = context;
  const workflow = state.workflows.find(({ id }) => id === run.workflow);
  return complete('workflow-run', {
    id: run.id,
    workflow_id: run.workflow,
    path: `.github/workflows/${workflow?.file}`,
    name: workflow?.file ?? null,
    event: run.event,
    head_branch: run.branch,
    head_sha: run.headSha ?? '',
    display_title: run.title ?? workflow?.file ?? '',
    run_attempt: run.attempt ?? 1,
    status: run.status,
    conclusion: run.conclusion,
    created_at: isoSeconds(run.createdAt),
    updated_at: isoSeconds(run.createdAt),
    run_started_at: isoSeconds(run.createdAt),
    url: getApiUrl(run, state),
    html_url: getPageUrl(run, state),
    repository: complete('minimal-repository', toRepositoryBody(context)),
    head_repository: complete('minimal-repository', toRepositoryBody(context)),
  });
}

export function getApiUrl({ id }: Run, { serverUrl, owner, repo }: State): string {
  return `${serverUrl}/repos/${owner}/${repo}/actions/runs/${id}`;
}

export function getPageUrl({ id }: Run, { serverUrl, owner, repo }: State): string {
  return `${serverUrl}/${owner}/${repo}/actions/runs/${id}`;
}
