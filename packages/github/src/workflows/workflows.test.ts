import { fakeClock } from '@repo/testkit/clock';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { environmentRules } from '../environments.ts';
import type { GitHub } from '../github.ts';
import { connected } from '../testing/connected.ts';
import { dispatchWorkflow } from './dispatch.ts';
import { rerunWorkflow } from './rerun.ts';
import { listWorkflowRuns } from './runs.ts';
import { waitForRun } from './wait-for-run.ts';
import { readWorkflow } from './workflow.ts';

let local: LocalGitHub;
let github: GitHub;
beforeEach(async () => {
  local = await startLocalGitHub();
  github = await connected(local);
  local.state.workflows.push({
    id: 7,
    file: 'deploy.yml',
    inputs: { sha: {} },
    runName: ({ sha }) => `Deploy ${sha}`,
  });
});
afterEach(() => local[Symbol.asyncDispose]());

function waiting(timeoutMs = 60_000) {
  const looks: (string | undefined)[] = [];
  return {
    looks,
    options: {
      clock: fakeClock(),
      signal: new AbortController().signal,
      timeoutMs,
      onPoll: ({ status }: { status: string | undefined }) => looks.push(status),
    },
  };
}

test('starts a run, waits for it, and reruns it', async () => {
  const { looks, options } = waiting();
  const { run } = await dispatchWorkflow(github, {
    ...{ workflow: 'deploy.yml', ref: 'main', inputs: { sha: 'abc' } },
  });
  const id = run?.id ?? 0;
  const onPoll = (seen: { status: string | undefined }) => {
    options.onPoll(seen);
    const [started] = local.state.runs;
    if (started === undefined || looks.length < 2) return;
    started.status = 'completed';
    started.conclusion = 'success';
  };
  expect(await waitForRun(github, { id, attempt: 1 }, { ...options, onPoll })).toMatchObject({
    ...{ conclusion: 'success', attempt: 1, title: 'Deploy abc' },
  });
  expect(looks).toEqual(['queued', 'queued', 'completed']);
  await rerunWorkflow(github, id);
  const timedOut = await waitForRun(github, { id, attempt: 2 }, waiting(10_000).options);
  expect(timedOut).toMatchObject({ status: 'queued', attempt: 2 });
  expect(await listWorkflowRuns(github, { workflow: 'deploy.yml' })).toMatchObject([{ id }]);
});

test('does not rerun a run that is older than a month', async () => {
  await dispatchWorkflow(github, { workflow: '7', ref: 'main', inputs: {} });
  const [run] = local.state.runs;
  if (run) run.status = 'completed';
  local.advance(31 * 24 * 3_600_000);
  await expect(rerunWorkflow(github, run?.id ?? 0)).rejects.toThrow('over a month ago');
});

test('reads whether a workflow exists and is enabled', async () => {
  local.state.workflows.push({
    ...{ id: 8, file: 'off.yml', inputs: undefined, state: 'disabled_manually' },
  });
  expect(await readWorkflow(github, 'deploy.yml')).toMatchObject({ id: 7, isActive: true });
  expect(await readWorkflow(github, 'off.yml')).toMatchObject({ isActive: false });
  expect(await readWorkflow(github, 'gone.yml')).toBeUndefined();
});

test('reads the rules of an environment', async () => {
  local.state.environments.production = { reviewers: [local.state.user] };
  local.state.environments.staging = { reviewers: [] };
  expect(await environmentRules(github, 'production')).toEqual({
    ...{ hasReviewers: true, waitMinutes: 0 },
  });
  expect(await environmentRules(github, 'staging')).toMatchObject({ hasReviewers: false });
  expect(await environmentRules(github, 'gone')).toBeUndefined();
});
