import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Job, type Runners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import {
  action,
  deployPage,
  deployRelease,
  runMode,
  sha,
  startProduction,
} from './rollback/production.ts';

const [A, B, C, BAD] = ['a', 'b', 'c', 'f'].map(sha) as [string, string, string, string];

/** A job of a repository on the shared machine. */
const startJob = (runners: Runners, name: string) =>
  runners.startJob({ repository: `octo-org/${name}` });

cell('two-repositories', 'rolls back one of two environments with different names', async () => {
  await using shop = await startProduction('good shop');
  await using blog = await startProduction('good blog');
  await using runners = await selfHostedRunner();
  const shopInputs = { environment: 'shop' };
  const blogInputs = { environment: 'blog' };
  await deployPage(await startJob(runners, 'shop'), shop, 'good shop 2', A, shopInputs);
  await deployPage(await startJob(runners, 'blog'), blog, 'good blog 2', B, blogInputs);
  await deployPage(await startJob(runners, 'shop'), shop, 'bad', BAD, shopInputs);
  expect(await shop.visit()).toBe('200 good shop 2');
  expect(await blog.visit()).toBe('200 good blog 2');
  const next = await deployPage(await startJob(runners, 'blog'), blog, 'good 3', C, blogInputs);
  expect(next.outcome, next.log).toBe('success');
  expect(await blog.visit()).toBe('200 good 3');
});

knownDefect(
  'two-repositories',
  'does not restore the files of another repository',
  'repositories on one machine with the same environment share their snapshots and ledger',
  async () => {
    await using runners = await selfHostedRunner();
    // Each serves a folder of its workspace.
    const strategies = '- files: {paths: [site.html]}';
    const read = (job: Job) => readFileSync(join(job.workspace, 'site.html'), 'utf8');
    for (const [name, page, revision] of [
      ['blog', 'good blog', A],
      ['shop', 'good shop', B],
    ] as const) {
      const job = await startJob(runners, name);
      const file = join(job.workspace, 'site.html');
      writeFileSync(file, `old ${name}`);
      await deployRelease(job, {
        sha: revision,
        with: { strategies },
        deploy: () => writeFileSync(file, page),
        visit: () => '200',
      });
    }
    const blog = await startJob(runners, 'blog');
    await runMode(blog, 'rollback', A, { strategies, 'bad-release': 'running' });
    expect(read(blog)).toContain('blog');
    expect(read(await startJob(runners, 'shop'))).toBe('good shop');
  },
);

knownDefect(
  'two-repositories',
  'a rollback of one repository does not stop the deploys of another',
  'the freeze of production is shared by all repositories on the machine',
  async () => {
    await using shop = await startProduction('good shop');
    await using blog = await startProduction('good blog');
    await using runners = await selfHostedRunner();
    await deployPage(await startJob(runners, 'shop'), shop, 'bad', BAD);
    await deployPage(await startJob(runners, 'blog'), blog, 'good blog 2', A);
    expect(await blog.visit()).toBe('200 good blog 2');
  },
);

cell('two-at-once', 'one of two rollbacks acts, and the page is whole', async () => {
  await using production = await startProduction('good');
  await using runners = await selfHostedRunner();
  await deployPage(await runners.startJob(), production, 'good 2', A);
  const inputs = { strategies: production.strategies };
  await runMode(await runners.startJob(), 'snapshot', BAD, inputs);
  production.deploy('bad');
  const job = await runners.startJob();
  const results = await Promise.all(
    ['21', '22'].map((run_id) => runMode(job, 'rollback', BAD, inputs, { github: { run_id } })),
  );
  const seen = results.map(({ outputs }) => outputs.result).toSorted();
  // A run that starts after the first one has ended has nothing to do.
  expect([
    ['locked', 'rolled-back'],
    ['noop', 'rolled-back'],
  ]).toContainEqual(seen);
  expect(await production.visit()).toBe('200 good 2');
});

knownDefect(
  'two-at-once',
  'a rollback by hand waits for the deploy in progress',
  'the lock does not cover the deploy, so a rollback by hand changes files during it',
  async () => {
    await using production = await startProduction('good 1');
    await using runners = await selfHostedRunner();
    await deployPage(await runners.startJob(), production, 'good 2', A);
    await deployPage(await runners.startJob(), production, 'good 3', B);
    const job = await runners.startJob({ run_id: '31' });
    let during = '';
    await deployRelease(job, {
      sha: C,
      with: { strategies: production.strategies },
      deploy: async () => {
        production.deploy('good 4');
        await runMode(
          job,
          'rollback',
          C,
          { strategies: production.strategies, 'bad-release': 'running', target: A },
          { github: { run_id: '32' } },
        );
        during = await production.visit();
      },
      visit: production.visit,
    });
    expect(during).toBe('200 good 4');
  },
);

knownDefect(
  'two-at-once',
  'a deploy that was cancelled before it changed anything does not block the newer one',
  'the cancelled deploy rolls back and freezes the environment',
  async () => {
    await using production = await startProduction('good 1');
    await using runners = await selfHostedRunner();
    await deployPage(await runners.startJob(), production, 'good 2', A);
    const job = await runners.startJob({ run_id: '41' });
    await job.run({
      action,
      github: { sha: B },
      with: { mode: 'guard', strategies: production.strategies },
      // concurrency: cancel-in-progress
      laterSteps: () => 'cancelled',
    });
    const newer = await runners.startJob({ run_id: '42' });
    await deployPage(newer, production, 'good 3', C);
    expect(await production.visit()).toBe('200 good 3');
  },
);

cell('rerun', 'attempt 2 of a deploy that was rolled back deploys nothing', async () => {
  await using production = await startProduction('good 1');
  await using runners = await selfHostedRunner();
  await deployPage(await runners.startJob({ run_id: '51' }), production, 'good 2', A);
  await deployPage(await runners.startJob({ run_id: '52' }), production, 'bad', BAD);
  const second = await runners.startJob({ run_id: '52', run_attempt: '2' });
  const held = await deployPage(second, production, 'bad', BAD);
  expect(held.outputs.result, held.log).toBe('frozen');
  expect(await production.visit()).toBe('200 good 2');
});

cell('rerun', 'attempt 2 of an older run does not undo a newer deploy', async () => {
  await using production = await startProduction('good 1');
  await using runners = await selfHostedRunner();
  const inputs = { strategies: production.strategies };
  await deployPage(await runners.startJob({ run_id: '61' }), production, 'bad', BAD);
  await runMode(await runners.startJob({ run_id: '62' }), 'unfreeze', A);
  await deployPage(await runners.startJob({ run_id: '63' }), production, 'good 2', A);
  const second = await runners.startJob({ run_id: '61', run_attempt: '2' });
  const stale = await runMode(second, 'rollback', BAD, inputs);
  expect(stale.outputs.result, stale.log).toBe('superseded');
  expect(await production.visit()).toBe('200 good 2');
});
