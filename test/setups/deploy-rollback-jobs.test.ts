import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { container } from '@repo/testkit/setups/events';
import { withContext, withVariables } from '@repo/testkit/setups/preset';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { RESET, startBranchSite } from './rollback/branch-site.ts';
import { action, deployPage, runMode, sha, startProduction } from './rollback/production.ts';

const [A, B, BAD] = ['a', 'b', 'f'].map(sha) as [string, string, string];

cell('matrix', 'one environment is rolled back, the others deploy', async () => {
  await using staging = await startProduction('good 1');
  await using live = await startProduction('good 1');
  await using runner = await selfHostedRunner();
  const job = await runner.startJob();
  const both = (stagingPage: string, livePage: string, revision: string) =>
    Promise.all([
      deployPage(job, staging, stagingPage, revision, { environment: 'staging' }),
      deployPage(job, live, livePage, revision, { environment: 'live' }),
    ]);
  await both('good 2', 'good 2', A);
  await both('good 3', 'bad', BAD);
  expect(await staging.visit()).toBe('200 good 3');
  expect(await live.visit()).toBe('200 good 2');
  await deployPage(job, staging, 'good 4', B, { environment: 'staging' });
  expect(await staging.visit()).toBe('200 good 4');
});

cell('matrix', 'two jobs of one environment at once: each page is whole', async () => {
  await using production = await startProduction('good 1');
  await using runner = await selfHostedRunner();
  const job = await runner.startJob();
  const results = await Promise.all(
    [A, B].map((revision) => deployPage(job, production, 'good 2', revision)),
  );
  // One can find the lock held by the other one.
  expect(results.map(({ outcome }) => outcome)).toContain('success');
  expect(await production.visit()).toBe('200 good 2');
  const next = await deployPage(await runner.startJob(), production, 'bad', BAD);
  expect(next.outputs.result, next.log).toBe('rolled-back');
  expect(await production.visit()).toBe('200 good 2');
});

cell('called', 'works with inputs only, and takes the job of the caller', async () => {
  await using site = await startBranchSite();
  // A called workflow has the context of its caller, the ID of its own job, and no env of the caller.
  await using runners = await hostedRunners(
    site.context,
    withContext({ workflow: 'Release', job: 'rollback' }),
  );
  for (const page of ['good 1', 'bad']) {
    const revision = site.commit(page);
    await site.deployBy(await site.startJob(runners, revision, { run_id: page }), revision, {
      'max-attempts': '1',
    });
    site.github.advance(60_000);
  }
  expect(await site.visit()).toBe('200 good 1');
  const head = site.commit('good 2');
  const called = await site.startJob(runners, head, {
    run_id: '9',
    event_name: 'workflow_dispatch',
  });
  const freed = await runMode(called, 'unfreeze', head, { strategies: RESET, ledger: 'github' });
  expect(freed.outcome, freed.log).toBe('success');
  await site.deployBy(await site.startJob(runners, head, { run_id: '10' }), head);
  expect(await site.visit()).toBe('200 good 2');
});

cell('container', 'restores a mounted folder within one job', async () => {
  await using production = await startProduction('good');
  await using runner = await selfHostedRunner(container());
  const home = { HOME: join(production.root, 'github-home') };
  mkdirSync(home.HOME);
  const inputs = { strategies: production.strategies };
  const job = await runner.startJob();
  await runMode(job, 'snapshot', BAD, inputs, { env: home });
  production.deploy('bad');
  const back = await runMode(job, 'rollback', BAD, inputs, { env: home });
  expect(back.outputs.result, back.log).toBe('rolled-back');
  expect(await production.visit()).toBe('200 good');
});

cell('container', 'names the missing Docker command before the deploy', async () => {
  await using runner = await selfHostedRunner(container(), withVariables({ PATH: '/nothing' }));
  const job = await runner.startJob();
  const refused = await runMode(job, 'guard', BAD, { strategies: '- docker: {container: shop}' });
  expect(refused.outcome).toBe('failure');
  expect(refused.log).toMatch(/docker.*(not found|not installed|ENOENT|cannot|no )/i);
  expect(refused.state.guarded).toBeUndefined();
});

knownDefect(
  'container',
  'a later job of a container keeps the freeze',
  'the home folder of a container is emptied after each job, and the state with it',
  async () => {
    await using production = await startProduction('good');
    await using runner = await selfHostedRunner(container());
    for (const [page, revision] of [
      ['bad', BAD],
      ['good 2', A],
    ] as const) {
      const job = await runner.startJob();
      // The runner mounts this folder as /github/home, and empties it before each job.
      const home = join(job.temp, '_github_home');
      mkdirSync(home, { recursive: true });
      await job.run({
        action,
        env: { HOME: home },
        github: { sha: revision },
        with: { mode: 'guard', strategies: production.strategies },
        laterSteps: (main) => {
          if (main.outcome === 'success') production.deploy(page);
          return page === 'bad' ? 'failure' : 'success';
        },
      });
    }
    expect(await production.visit()).toBe('200 good');
  },
);

cell('arc', 'a new pod restores what a killed pod has deployed', async () => {
  await using site = await startBranchSite();
  await using pods = await hostedRunners(site.context);
  const good = site.commit('good 1');
  await site.deployBy(await site.startJob(pods, good, { run_id: '1' }), good);
  site.github.advance(60_000);
  const bad = site.commit('bad');
  const pod = await site.startJob(pods, bad, { run_id: '2' });
  await runMode(pod, 'snapshot', bad, { strategies: RESET });
  site.deploy(bad);
  // The pod is deleted: its disk is gone, and no post step runs.
  await pod.end();
  expect(existsSync(pod.workspace)).toBe(false);
  const next = await site.startJob(pods, bad, { run_id: '3' });
  const back = await runMode(next, 'rollback', bad, { strategies: RESET, 'verify-url': site.url });
  expect(back.outputs.result, back.log).toBe('rolled-back');
  expect(await site.visit()).toBe('200 good 1');
});

knownDefect(
  'arc',
  'the next deploy says that the previous one did not finish',
  'a deploy that was killed is not mentioned by the next run',
  async () => {
    await using site = await startBranchSite();
    await using pods = await hostedRunners(site.context);
    const good = site.commit('good 1');
    await site.deployBy(await site.startJob(pods, good, { run_id: '1' }), good);
    site.github.advance(60_000);
    const bad = site.commit('bad');
    const pod = await site.startJob(pods, bad, { run_id: '2' });
    await runMode(pod, 'snapshot', bad, { strategies: RESET });
    site.deploy(bad);
    await pod.end();
    const later = site.commit('good 3');
    const next = await site.startJob(pods, later, { run_id: '3' });
    const started = await runMode(next, 'snapshot', later, { strategies: RESET });
    expect(started.log).toContain(bad.slice(0, 7));
  },
);
