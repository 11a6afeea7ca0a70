import type { Place } from '../route.ts';
import { isoSeconds, type Run, type State } from '../state.ts';
import { repositoryOf } from './repository.ts';

export function runBody(run: Run, place: Place): object {
  const { state, complete } = place;
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
    url: apiUrlOf(run, state),
    html_url: pageUrlOf(run, state),
    repository: complete('minimal-repository', repositoryOf(place)),
    head_repository: complete('minimal-repository', repositoryOf(place)),
  });
}

export function apiUrlOf({ id }: Run, { serverUrl, owner, repo }: State): string {
  return `${serverUrl}/repos/${owner}/${repo}/actions/runs/${id}`;
}

export function pageUrlOf({ id }: Run, { serverUrl, owner, repo }: State): string {
  return `${serverUrl}/${owner}/${repo}/actions/runs/${id}`;
}
