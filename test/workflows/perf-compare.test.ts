import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { describe, expect, test } from 'vitest';
import { bench } from '../e2e/perf/hash-bench.ts';
import { openPull } from '../e2e/perf/pull-request.ts';
import { act, startRunner } from './act.ts';

const CALLER = `
on: {workflow_dispatch: {}, pull_request: {}}
permissions: {}
jobs:
  perf:
    permissions: {contents: read, pull-requests: write}
    uses: org/actions/.github/workflows/perf-compare.yml@v1
    with:
      command: node bench.mjs
      format: go
      baseline-ref: HEAD~1
      budget: 60s
`;

const POST = `
on: {workflow_run: {workflows: [Perf], types: [completed]}}
permissions: {}
jobs:
  post:
    permissions: {actions: read, pull-requests: write}
    uses: org/actions/.github/workflows/perf-post.yml@v1
`;

describe.skipIf(act.path === undefined)(`perf-compare.yml ${act.needs}`, () => {
  test('fails for a slower commit, but not for an unchanged one', async () => {
    await using runner = await startRunner(
      { '.github/workflows/perf.yml': CALLER, 'bench.mjs': bench(0) },
      { 'README.md': 'unrelated' },
    );
    const same = await runner.run({ workflow: 'perf.yml' });
    expect(same.succeeded, same.log).toBe(true);
    await runner.commit({ 'bench.mjs': bench(400) });
    const slow = await runner.run({ workflow: 'perf.yml' });
    expect(slow.succeeded, slow.log).toBe(false);
    expect(slow.outputs).toMatchObject({ verdict: 'fail', regressions: '1' });
    expect(slow.artifacts).toEqual({
      'perf-report': ['perf-regression.html', 'perf-regression.json'],
    });
  });

  test('the second workflow publishes the report of a fork', async () => {
    await using github = await startLocalGitHub({ repository: 'octo-org/octo-repo' });
    await using runner = await startRunner(
      { '.github/workflows/perf.yml': CALLER, 'bench.mjs': bench(0) },
      { 'bench.mjs': bench(400), '.github/workflows/post.yml': POST },
    );
    const fork = { repository: 'mona/fork', branch: 'slower' };
    const sha = runner.git('rev-parse', 'HEAD');
    await openPull(github, { ...fork, sha });
    const artifacts = join(runner.folder, '../artifacts');
    await mkdir(artifacts);
    const env = { GITHUB_API_URL: github.apiUrl, STAND_IN_ARTIFACTS: artifacts };
    const repository = { full_name: 'octo-org/octo-repo', default_branch: 'main' };
    const slow = await runner.run({
      workflow: 'perf.yml',
      event: 'pull_request',
      payload: {
        repository,
        pull_request: {
          number: 1,
          head: { sha, repo: { full_name: fork.repository } },
          base: { ref: 'main' },
          labels: [],
        },
      },
      env,
    });
    expect(slow.outputs.verdict, slow.log).toBe('fail');
    expect(github.state.comments).toEqual([]);

    const post = (conclusion: string) =>
      runner.run({
        workflow: 'post.yml',
        event: 'workflow_run',
        payload: {
          repository,
          workflow_run: {
            id: 1,
            event: 'pull_request',
            conclusion,
            head_sha: sha,
            head_branch: fork.branch,
            head_repository: { full_name: fork.repository },
            pull_requests: [],
          },
        },
        env,
      });
    await rename(join(artifacts, 'perf-report'), join(artifacts, 'other'));
    const missing = await post('failure');
    expect(missing.succeeded, missing.log).toBe(false);
    expect(github.state.comments).toEqual([]);
    await rename(join(artifacts, 'other'), join(artifacts, 'perf-report'));
    const posted = await post('failure');
    expect(posted.succeeded, posted.log).toBe(true);
    expect(github.state.comments).toHaveLength(1);
    expect(github.state.comments[0]?.body).toContain('perf-regression: fail');
    // A run that newer commits cancelled has no report, and must not fail the workflow.
    const cancelled = await post('cancelled');
    expect(cancelled.succeeded, cancelled.log).toBe(true);
    expect(cancelled.jobs).toEqual({});
  });
});
