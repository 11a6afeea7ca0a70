import type { State } from './state.ts';

/**
 * Starts the workflows that an event triggers. Events caused by GITHUB_TOKEN trigger nothing, except
 * for `workflow_dispatch` and `repository_dispatch`.
 */
export function trigger(state: State, event: string, branch: string, sha: string): void {
  if (state.user.login === 'github-actions[bot]') return;
  for (const workflow of state.workflows) {
    if (!workflow.on?.includes(event)) continue;
    startRun(state, { workflow: workflow.id, event, branch, headSha: sha, inputs: {} });
  }
}

export function startRun(
  state: State,
  options: Pick<State['runs'][number], 'workflow' | 'event' | 'branch' | 'headSha' | 'inputs'> & {
    readonly title?: string;
  },
): State['runs'][number] {
  const run: State['runs'][number] = {
    ...options,
    id: state.nextId(),
    status: 'queued',
    conclusion: null,
    createdAt: state.now(),
    attempt: 1,
  };
  state.runs.push(run);
  state.onRun(run);
  return run;
}
