import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commit, git } from '@repo/testkit/git/repository';
import { rerun, schedule } from '@repo/testkit/setups/events';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { listText, record } from '../e2e/proxy/testbed.ts';
import { cell } from './cell.ts';
import { checkOut, checkOutAndRetest, retest, startSite } from './proxy/site.ts';

cell(
  'hosted',
  'publishes the dead endpoint, remembers it on a new machine, keeps a broken list',
  async () => {
    await using site = await startSite();
    await using runners = await hostedRunners();
    const first = await runners.startJob();
    const result = await checkOutAndRetest(site, first);
    expect(result.outcome, result.log).toBe('success');
    expect(site.serveStatus()).toEqual([true, false]);
    await first.end();
    const second = await checkOutAndRetest(site, await runners.startJob({ run_id: '2' }));
    // The dead endpoint rests, and the other one was tested just now.
    expect(second.outputs, second.log).toMatchObject({ tested: '0', changed: 'false' });
    expect(site.commits()).toBe(2);
    const clone = site.repository.clone();
    commit(clone, { 'proxies.json': '[{"config": "http://192' });
    git(clone, 'push', '--quiet');
    const broken = await checkOutAndRetest(site, await runners.startJob({ run_id: '3' }));
    expect(broken.outcome, broken.log).toBe('failure');
    expect(site.serve()).toBe('[{"config": "http://192');
    expect(site.commits()).toBe(3);
  },
);

cell(
  'self-hosted',
  'publishes from a dirty workspace without its files, also in the second run',
  async () => {
    await using site = await startSite();
    await using runner = await selfHostedRunner();
    const job = await runner.startJob();
    checkOut(site, job);
    await writeFile(join(job.workspace, 'proxies.json.state.ndjson.journal'), 'not a journal\n');
    await writeFile(join(job.workspace, 'secret.env'), 'TOKEN=1\n');
    const result = await retest(site, job);
    expect(result.outcome, result.log).toBe('success');
    expect(site.serveStatus()).toEqual([true, false]);
    const again = await checkOutAndRetest(site, await runner.startJob({ run_id: '2' }), {
      select: 'all',
    });
    expect(again.outcome, again.log).toBe('success');
    const files = git(site.repository.remote, 'ls-tree', '--name-only', 'main').split('\n');
    expect(files).toEqual(['README.md', 'proxies.json', 'proxies.json.state.ndjson']);
    for (const target of site.testbed.targets) await target[Symbol.asyncDispose]();
    const commits = site.commits();
    const down = await checkOutAndRetest(site, await runner.startJob(), { select: 'all' });
    expect(down.outcome, down.log).toBe('failure');
    expect(site.commits()).toBe(commits);
  },
);

cell('two-repositories', 'keeps the lists and histories of two repositories apart', async () => {
  await using shop = await startSite();
  await using blog = await startSite();
  await using runner = await selfHostedRunner();
  const before = blog.serve();
  await checkOutAndRetest(shop, await runner.startJob({ repository: 'octo-org/shop' }));
  expect(shop.serveStatus()).toEqual([true, false]);
  expect(blog.serve()).toBe(before);
  const result = await checkOutAndRetest(
    blog,
    await runner.startJob({ repository: 'octo-org/blog' }),
  );
  expect(result.outputs, result.log).toMatchObject({ tested: '2' });
  expect(blog.serveStatus()).toEqual([true, false]);
  expect(shop.commits()).toBe(2);
});

cell(
  'two-at-once',
  'publishes both lists of two overlapping runs, and the results before a cancel',
  async () => {
    await using site = await startSite();
    const clone = site.repository.clone();
    commit(clone, { 'second.json': listText(site.links.map((link) => record(link))) });
    git(clone, 'push', '--quiet');
    await using runners = await hostedRunners();
    const results = await Promise.all(
      ['proxies.json', 'second.json'].map(async (list, index) =>
        checkOutAndRetest(site, await runners.startJob({ run_id: String(index) }), { list }),
      ),
    );
    for (const { outcome, log } of results) expect(outcome, log).toBe('success');
    expect(site.serveStatus()).toEqual([true, false]);
    expect(site.serveStatus('second.json')).toEqual([true, false]);
    const commits = site.commits();
    const job = await runners.startJob();
    checkOut(site, job);
    const cancelled = await retest(
      site,
      job,
      { select: 'all' },
      { cancel: { when: /Testing|Reading|endpoints/ } },
    );
    expect(cancelled.outcome, cancelled.log).toBe('cancelled');
    expect(site.commits() - commits).toBeLessThanOrEqual(1);
    expect(site.serveStatus()).toEqual([true, false]);
  },
);

cell(
  'rerun',
  'applies the results of a second attempt to the list that was pushed meanwhile',
  async () => {
    await using site = await startSite();
    await using runners = await hostedRunners(rerun(2));
    const sha = git(site.repository.remote, 'rev-parse', 'main');
    const clone = site.repository.clone();
    const added = record('http://192.0.2.9:8080', { is_working: true });
    const records = [...site.links.map((link) => record(link)), added];
    commit(clone, { 'proxies.json': listText(records) });
    git(clone, 'push', '--quiet');
    const job = await runners.startJob();
    checkOut(site, job, { fetchDepth: 0 });
    git(job.workspace, 'reset', '--quiet', '--hard', sha);
    const result = await retest(site, job);
    expect(result.outcome, result.log).toBe('success');
    expect(site.serveStatus()).toEqual([true, false, true]);
    const detached = await runners.startJob();
    checkOut(site, detached, { fetchDepth: 0, ref: sha });
    const commits = site.commits();
    const refused = await retest(site, detached);
    expect(refused.outcome, refused.log).toBe('failure');
    expect(refused.log).toMatch(/branch/);
    expect(site.commits()).toBe(commits);
  },
);

cell(
  'schedule',
  'finds its history again, and publishes nothing when no target answers',
  async () => {
    await using site = await startSite();
    await using runners = await hostedRunners(schedule());
    await checkOutAndRetest(site, await runners.startJob());
    expect(site.serveStatus()).toEqual([true, false]);
    const second = await checkOutAndRetest(site, await runners.startJob({ run_id: '2' }), {
      select: 'all',
    });
    expect(second.outcome, second.log).toBe('success');
    const state = (site.serve('proxies.json.state.ndjson') ?? '').split('\n');
    expect(state).toHaveLength(2);
    const commits = site.commits();
    for (const target of site.testbed.targets) await target[Symbol.asyncDispose]();
    const down = await checkOutAndRetest(site, await runners.startJob({ run_id: '3' }), {
      select: 'all',
    });
    expect(down.outputs.verdict, down.log).toBe('unknown');
    expect(site.serveStatus()).toEqual([true, false]);
    expect(site.commits()).toBe(commits);
  },
);

cell(
  'matrix',
  'merges the results of three jobs on a fourth machine; a lost shard stays untested',
  async () => {
    await using site = await startSite();
    await using runners = await hostedRunners();
    const artifacts = join(site.testbed.folder, 'artifacts');
    await mkdir(artifacts);
    await Promise.all(
      ['1/3', '2/3', '3/3'].map(async (shard, index) => {
        const job = await runners.startJob();
        checkOut(site, job, { persistCredentials: false });
        const results = join(job.temp, `results-${index}.ndjson`);
        const result = await retest(site, job, {
          commit: 'false',
          shard,
          results,
          'fail-on': 'never',
        });
        expect(result.outcome, result.log).toBe('success');
        await copyFile(results, join(artifacts, `results-${index}.ndjson`));
        await job.end();
      }),
    );
    expect(site.commits()).toBe(1);
    const merge = { mode: 'merge', results: join(artifacts, 'results-*.ndjson') };
    const merged = await checkOutAndRetest(site, await runners.startJob(), merge);
    expect(merged.outcome, merged.log).toBe('success');
    expect(site.serveStatus()).toEqual([true, false]);
    const none = await checkOutAndRetest(site, await runners.startJob(), {
      ...merge,
      results: join(artifacts, 'none-*.ndjson'),
    });
    expect(none.outcome, none.log).toBe('failure');
    expect(site.commits()).toBe(2);
  },
);
