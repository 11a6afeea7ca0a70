import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hostedRunners } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { onPull, onPush, runBenchmarks } from './perf/jobs.ts';
import { setLabels, startProject } from './perf/project.ts';
import { FILES, SLOWER, TURNS } from './perf/turns.ts';
import { pushes, SUITE } from './perf/values.ts';

const SLOW = { ...SUITE, Parse: 1500 };
/** A main that has become slower: its fifth slow push was the first that failed. */
const REGRESSED = [...pushes(30), ...pushes(4, SLOW), ...pushes(2, SLOW, ['Parse'])];
const ACCEPTED = 'perf-regression-accepted';

cell(
  'pull-request',
  'the comment has the verdict of this change, and nothing is recorded',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners();
    project.addHistory(pushes(30));
    const pull = await project.openPull();
    const inputs = { results: 'new.txt', 'fail-on': 'warn' };
    const slow = await runBenchmarks(runners, project, {
      ...onPull(pull),
      values: { ...SUITE, Parse: 3000 },
      with: { ...inputs, check: 'true' },
    });
    expect(slow.outcome, slow.log).toBe('failure');
    const { comments, checkRuns } = project.github.state;
    expect(comments[0]).toMatchObject({ issue: pull.number });
    expect(comments[0]?.body).toContain('perf-regression: warn');
    expect(checkRuns).toMatchObject([{ sha: pull.headSha, conclusion: 'failure' }]);
    const good = await runBenchmarks(runners, project, { ...onPull(pull), with: inputs });
    expect(good.outcome, good.log).toBe('success');
    expect(comments).toHaveLength(1);
    expect(comments[0]?.body).toContain('perf-regression: pass');
    expect(project.recorded()).toHaveLength(30);
  },
);

knownDefect(
  'pull-request',
  'a change that is slower by a factor of 1000 fails',
  'a single value that is worse than the history only warns',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners();
    project.addHistory(pushes(30));
    const values = { ...SUITE, Parse: 1e6 };
    const slow = await runBenchmarks(runners, project, {
      ...onPull(await project.openPull()),
      values,
    });
    expect(slow.outcome, slow.log).toBe('failure');
  },
);

knownDefect(
  'pull-request',
  'a change that alters nothing is green while main is slow',
  'the last 4 runs of main are judged together with the pull request',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners();
    project.addHistory(REGRESSED);
    const pull = await project.openPull();
    const innocent = await runBenchmarks(runners, project, { ...onPull(pull), values: SLOW });
    expect(innocent.outcome, innocent.log).toBe('success');
  },
);

knownDefect(
  'pull-request',
  'the change that repairs a slow main is green',
  'the median of the last 5 runs decides, although the value of this run is within the limits',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners();
    project.addHistory(REGRESSED);
    const pull = await project.openPull();
    // Above the noise of the pushes before, and within the limits.
    const values = { ...SUITE, Parse: 1010 };
    const repair = await runBenchmarks(runners, project, { ...onPull(pull), values });
    expect(repair.outcome, repair.log).toBe('success');
  },
);

knownDefect(
  'rerun',
  'a label that was added after the first attempt counts',
  'labels are read from the event, which a re-run does not update',
  async () => {
    await using project = await startProject({ files: FILES });
    await using runners = await hostedRunners();
    const pull = await project.openPull({ files: SLOWER });
    const first = await runBenchmarks(runners, project, { ...onPull(pull), with: TURNS });
    expect(first.outcome, first.log).toBe('failure');
    setLabels(project.github, pull.number, [ACCEPTED]);
    const again = await runBenchmarks(runners, project, { ...onPull(pull), with: TURNS });
    expect(again.outcome, again.log).toBe('success');
  },
);

cell('matrix', 'jobs with an environment each have their own history and comment', async () => {
  await using project = await startProject();
  await using runners = await hostedRunners();
  project.push({ 'change.txt': 'changed' });
  for (const environment of ['small', 'large']) {
    const inputs = { results: 'new.txt', environment };
    const first = await runBenchmarks(runners, project, { ...onPush(project), with: inputs });
    expect(first.outcome, first.log).toBe('success');
  }
  expect(project.recorded()).toEqual(
    ['/large/', '/small/'].map((folder) => expect.stringContaining(folder)),
  );
  const pull = await project.openPull();
  for (const environment of ['small', 'large']) {
    const job = { ...onPull(pull), with: { results: 'new.txt', environment, comment: 'always' } };
    const result = await runBenchmarks(runners, project, job);
    expect(result.outcome, result.log).toBe('success');
  }
  expect(project.github.state.comments).toHaveLength(2);
});

knownDefect(
  'matrix',
  'the comment keeps the regression of the other job',
  'jobs of one series overwrite the comment of each other',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners();
    project.addHistory(pushes(30));
    const pull = await project.openPull();
    const values = { ...SUITE, Parse: 3000 };
    await runBenchmarks(runners, project, { ...onPull(pull), values });
    await runBenchmarks(runners, project, onPull(pull));
    expect(project.github.state.comments).toHaveLength(1);
    expect(project.github.state.comments[0]?.body).toContain('Parse');
    expect(project.github.state.comments[0]?.body).toContain('warn');
  },
);

cell('ghes', 'the comment and the history of a job without a checkout use /api/v3', async () => {
  await using project = await startProject({ enterprise: true });
  await using runners = await hostedRunners();
  project.addHistory(pushes(12));
  const pull = await project.openPull();
  const slow = await runBenchmarks(runners, project, {
    ...onPull(pull),
    values: { ...SUITE, Parse: 3000 },
    with: { results: 'new.txt', 'fail-on': 'warn' },
    prepare: ({ workspace }) => rm(join(workspace, '.git'), { recursive: true }),
  });
  expect(slow.outcome, slow.log).toBe('failure');
  expect(slow.summary).toContain('12 runs of history');
  expect(project.github.state.comments[0]?.body).toContain('perf-regression: warn');
});

cell('called', 'a reusable workflow passes inputs and a token, and no variables', async () => {
  await using project = await startProject();
  await using runners = await hostedRunners();
  project.addHistory(pushes(12));
  const pull = await project.openPull();
  const token = String(project.github.context.token);
  const inputs = { results: 'new.txt', 'github-token': token, 'fail-on': 'warn', suite: 'default' };
  const job = { ...onPull(pull), with: inputs, env: {} };
  const good = await runBenchmarks(runners, project, job);
  expect(good.outcome, good.log).toBe('success');
  const values = { ...SUITE, Parse: 3000 };
  const slow = await runBenchmarks(runners, project, { ...job, values });
  expect(slow.outcome, slow.log).toBe('failure');
  expect(project.github.state.comments).toHaveLength(1);
});
