import { rerun, schedule } from '@repo/testkit/setups/events';
import { type JobPlan, withContext } from '@repo/testkit/setups/preset';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { onPush, runBenchmarks } from './perf/jobs.ts';
import { startProject } from './perf/project.ts';
import { pushes, SUITE } from './perf/values.ts';

const SLOW = { ...SUITE, Parse: 1500 };

cell('hosted', 'a push is compared with the pushes before, on other machines', async () => {
  await using project = await startProject();
  await using runners = await hostedRunners();
  project.addHistory([...pushes(30), ...pushes(4, SLOW)]);
  const slow = await runBenchmarks(runners, project, { ...onPush(project), values: SLOW });
  expect(slow.outcome, slow.log).toBe('failure');
  expect(slow.summary).toContain('Parse');
  expect(project.recorded()).toHaveLength(35);
  await slow.job.end();
  project.push({ 'fix.txt': 'fixed' });
  const fixed = await runBenchmarks(runners, project, onPush(project));
  expect(fixed.outcome, fixed.log).toBe('success');
  expect(project.recorded()).toHaveLength(36);
});

knownDefect(
  'hosted',
  'a push that makes most of the benchmarks slower is not a pass',
  'a change of most benchmarks counts as a slower machine and is divided out',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners();
    project.addHistory([
      ...pushes(30),
      ...pushes(4, { ...SUITE, Parse: 2000, Render: 1e5, Sort: 1400 }),
    ]);
    const values = { ...SUITE, Parse: 2000, Render: 1e5, Sort: 1400 };
    const slow = await runBenchmarks(runners, project, { ...onPush(project), values });
    expect(slow.outcome, slow.log).toBe('failure');
  },
);

cell('self-hosted', 'a folder outside of the workspace keeps the history of a branch', async () => {
  await using project = await startProject();
  await using runner = await selfHostedRunner();
  const inputs = { results: 'new.txt', store: 'file', 'history-path': '../../../perf' };
  for (let run = 1; run <= 6; run++) {
    const good = await runBenchmarks(runner, project, { ...onPush(project), with: inputs });
    expect(good.outcome, good.log).toBe('success');
  }
  const slow = await runBenchmarks(runner, project, {
    ...onPush(project),
    values: { ...SUITE, Parse: 3000 },
    with: { ...inputs, 'fail-on': 'warn' },
  });
  expect(slow.outcome, slow.log).toBe('failure');
  expect(slow.summary).toContain('6 runs of history');
});

cell('two-repositories', 'each repository has its own history on its branch', async () => {
  await using shop = await startProject({ name: 'octo-org/shop' });
  await using blog = await startProject({ name: 'octo-org/blog' });
  await using runner = await selfHostedRunner();
  shop.addHistory(pushes(12));
  blog.addHistory([...pushes(8, SLOW), ...pushes(4, { ...SLOW, Parse: 3000 })]);
  const before = shop.recorded();
  const values = { ...SLOW, Parse: 3000 };
  const slow = await runBenchmarks(runner, blog, { ...onPush(blog), values });
  expect(slow.outcome, slow.log).toBe('failure');
  const good = await runBenchmarks(runner, shop, onPush(shop));
  expect(good.outcome, good.log).toBe('success');
  expect(shop.recorded()).toEqual(expect.arrayContaining([...before]));
  expect(shop.recorded()).toHaveLength(13);
  expect(blog.recorded()).toHaveLength(13);
});

knownDefect(
  'two-repositories',
  'a history folder of the machine does not mix the repositories',
  'a series is named by suite and environment only, so two repositories share it',
  async () => {
    await using shop = await startProject({ name: 'octo-org/shop' });
    await using blog = await startProject({ name: 'octo-org/blog' });
    await using runner = await selfHostedRunner();
    const inputs = { results: 'new.txt', store: 'file', 'history-path': '../../../perf' };
    for (let run = 1; run <= 6; run++) {
      await runBenchmarks(runner, shop, { ...onPush(shop), with: inputs });
    }
    const first = await runBenchmarks(runner, blog, {
      ...onPush(blog),
      values: { ...SUITE, Parse: 3000 },
      with: inputs,
    });
    expect(first.summary).not.toContain('6 runs of history');
  },
);

cell('two-at-once', 'two pushes that are measured at once are both recorded', async () => {
  await using project = await startProject();
  await using runners = await hostedRunners();
  const shas = project.addHistory(pushes(12));
  const both = await Promise.all(
    shas.slice(-2).map((sha) => runBenchmarks(runners, project, onPush(project, sha))),
  );
  expect(both.map(({ outcome }) => outcome)).toEqual(['success', 'success']);
  expect(project.recorded()).toHaveLength(14);
  project.push({ 'next.txt': 'next' });
  const next = await runBenchmarks(runners, project, onPush(project));
  expect(next.summary, next.log).toContain('14 runs of history');
});

cell('rerun', 'a second attempt is not compared with the first one', async () => {
  await using project = await startProject();
  await using runners = await hostedRunners();
  project.addHistory([...pushes(30), ...pushes(4, SLOW)]);
  const { event, ref } = onPush(project);
  const attempt = (number: number) => (plan: JobPlan) =>
    rerun(number)(withContext({ run_id: '1000' })(event(plan)));
  const first = await runBenchmarks(runners, project, { event: attempt(1), ref, values: SLOW });
  expect(first.outcome, first.log).toBe('failure');
  const second = await runBenchmarks(runners, project, { event: attempt(2), ref, values: SLOW });
  expect(second.outcome, second.log).toBe('failure');
  expect(second.summary).toContain('34 runs of history');
});

cell('schedule', 'a nightly run finds the runs of the nights before', async () => {
  await using project = await startProject();
  await using runners = await hostedRunners();
  const [sha = ''] = project.addHistory(pushes(12)).slice(-1);
  const event = (plan: JobPlan) => withContext({ sha })(schedule()(plan));
  const night = { event, ref: 'main' };
  const inputs = { results: 'new.txt', record: 'always', 'fail-on': 'warn' };
  const good = await runBenchmarks(runners, project, { ...night, with: inputs });
  expect(good.outcome, good.log).toBe('success');
  const values = { ...SUITE, Parse: 3000 };
  const slow = await runBenchmarks(runners, project, { ...night, values, with: inputs });
  expect(slow.outcome, slow.log).toBe('failure');
  expect(slow.summary).toContain('13 runs of history');
});

knownDefect(
  'schedule',
  'a nightly run of main is recorded',
  'the event of a schedule does not name the default branch, so the run counts as another branch',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners();
    project.addHistory(pushes(12));
    const night = await runBenchmarks(runners, project, { event: schedule(), ref: 'main' });
    expect(night.outcome, night.log).toBe('success');
    expect(project.recorded()).toHaveLength(13);
  },
);

cell('arc', 'a pod that is gone leaves nothing that the next one needs', async () => {
  await using project = await startProject();
  await using pods = await hostedRunners();
  for (let pod = 1; pod <= 5; pod++) {
    const run = await runBenchmarks(pods, project, onPush(project));
    expect(run.outcome, run.log).toBe('success');
    await run.job.end();
  }
  const slow = await runBenchmarks(pods, project, {
    ...onPush(project),
    values: { ...SUITE, Parse: 3000 },
    with: { results: 'new.txt', 'fail-on': 'warn' },
  });
  expect(slow.outcome, slow.log).toBe('failure');
  expect(project.recorded()).toHaveLength(6);
});

cell(
  'first-ever',
  'the first run has nothing to compare with, and the second one has',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners();
    const first = await runBenchmarks(runners, project, onPush(project));
    expect(first.outcome, first.log).toBe('success');
    expect(first.summary).toContain('no history');
    expect(project.recorded()).toHaveLength(1);
    const strict = { results: 'new.txt', 'fail-on': 'unknown' };
    const second = await runBenchmarks(runners, project, { ...onPush(project), with: strict });
    expect(second.outcome, second.log).toBe('success');
    const other = { ...strict, suite: 'other' };
    const unjudged = await runBenchmarks(runners, project, { ...onPush(project), with: other });
    expect(unjudged.outcome, unjudged.log).toBe('failure');
  },
);

cell('after-a-year', 'a run is compared with the pushes of a year ago', async () => {
  await using project = await startProject();
  await using runners = await hostedRunners();
  project.addHistory(pushes(40));
  const good = await runBenchmarks(runners, project, onPush(project));
  expect(good.outcome, good.log).toBe('success');
  const slow = await runBenchmarks(runners, project, {
    ...onPush(project),
    values: { ...SUITE, Parse: 3000 },
    with: { results: 'new.txt', 'fail-on': 'warn' },
  });
  expect(slow.outcome, slow.log).toBe('failure');
});

knownDefect(
  'after-a-year',
  'a benchmark that became slower by 0.3% with each push is reported',
  'the window of 30 runs moves with a creeping slowdown, up to a factor of 2.5',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners();
    const creeping = (push: number) => ({ ...SUITE, Parse: 1000 * 1.003 ** push });
    project.addHistory(Array.from({ length: 300 }, (_, push) => ({ values: creeping(push) })));
    const now = await runBenchmarks(runners, project, {
      ...onPush(project),
      values: creeping(300),
      with: { results: 'new.txt', 'fail-on': 'warn' },
    });
    expect(now.outcome, now.log).toBe('failure');
  },
);
