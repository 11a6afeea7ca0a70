import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fork } from '@repo/testkit/setups/events';
import { withContext } from '@repo/testkit/setups/preset';
import { hostedRunners } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell } from './cell.ts';
import { onPull, runBenchmarks } from './perf/jobs.ts';
import { startProject } from './perf/project.ts';
import { pushes, SUITE } from './perf/values.ts';

cell(
  'fork',
  'the token of a fork writes nothing, and the log names the second workflow',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners();
    project.addHistory(pushes(30));
    const pull = await project.openPull();
    const before = project.github.calls.length;
    const slow = await runBenchmarks(runners, project, {
      ...onPull(pull),
      event: fork(pull),
      values: { ...SUITE, Parse: 3000 },
      with: { results: 'new.txt', check: 'true', 'fail-on': 'warn' },
    });
    expect(slow.outcome, slow.log).toBe('failure');
    expect(slow.log).toContain('mode: post');
    expect(project.github.calls).toHaveLength(before);
    expect(project.recorded()).toHaveLength(30);
  },
);

cell('fork', 'the second workflow comments, but not for a commit that is out of date', async () => {
  await using project = await startProject();
  await using runners = await hostedRunners();
  project.addHistory(pushes(30));
  const pull = await project.openPull();
  const { repository: full_name } = project.github.context;
  const first = await runBenchmarks(runners, project, {
    ...onPull(pull),
    event: fork(pull),
    values: { ...SUITE, Parse: 3000 },
  });
  const report = await readFile(first.outputs['report-file'] ?? '', 'utf8');
  await first.job.end();
  const publish = (head_sha: string) =>
    runBenchmarks(runners, project, {
      ref: 'main',
      event: withContext({
        event_name: 'workflow_run',
        ref: 'refs/heads/main',
        event: {
          repository: { full_name, default_branch: 'main' },
          workflow_run: {
            event: 'pull_request',
            head_sha,
            head_branch: pull.headBranch,
            head_repository: { full_name },
            pull_requests: [],
          },
        },
      }),
      with: { mode: 'post', results: 'report.json' },
      prepare: ({ workspace }) => writeFile(join(workspace, 'report.json'), report),
    });
  const old = await publish(pull.baseSha);
  expect(old.outcome, old.log).toBe('success');
  expect(project.github.state.comments).toEqual([]);
  const posted = await publish(pull.headSha);
  expect(posted.outcome, posted.log).toBe('success');
  expect(project.github.state.comments).toMatchObject([{ issue: pull.number }]);
  expect(project.github.state.comments[0]?.body).toContain('perf-regression: warn');
  expect(project.recorded()).toHaveLength(30);
});
