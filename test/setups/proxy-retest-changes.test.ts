import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { commit, git } from '@repo/testkit/git/repository';
import { container, fork, pullRequest } from '@repo/testkit/setups/events';
import { type MergeMethod, mergePullRequest } from '@repo/testkit/setups/merge';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { listText, record } from '../e2e/proxy/testbed.ts';
import { cell, isRootOnLinux } from './cell.ts';
import { checkOut, checkOutAndRetest, retest, type Site, startSite } from './proxy/site.ts';

/** Pushes a branch that adds an endpoint to the list, and returns its commit. */
function proposeEndpoint(site: Site): string {
  const clone = site.repository.clone();
  git(clone, 'checkout', '--quiet', '-b', 'change');
  const records = JSON.parse(site.serve() ?? '[]');
  const sha = commit(clone, {
    'proxies.json': listText([...records, record('http://127.0.0.1:9')]),
  });
  git(clone, 'push', '--quiet', 'origin', 'change');
  git(clone, 'push', '--quiet', 'origin', 'HEAD:refs/pull/7/merge');
  return sha;
}

cell(
  'pull-request',
  'tests the list of the change; main and the branch stay as they are',
  async () => {
    await using site = await startSite();
    const before = site.serve();
    const sha = proposeEndpoint(site);
    const pull = { number: 7, headSha: sha, mergeSha: sha, baseSha: sha };
    await using runners = await hostedRunners(
      pullRequest({ ...pull, headRepository: 'octo-org/octo-repo' }),
    );
    const ref = 'refs/pull/7/merge';
    const result = await checkOutAndRetest(
      site,
      await runners.startJob(),
      { commit: 'false' },
      { ref },
    );
    expect(result.outputs, result.log).toMatchObject({ total: '3', alive: '1', died: '2' });
    const refused = await checkOutAndRetest(site, await runners.startJob(), {}, { ref });
    expect(refused.outcome, refused.log).toBe('failure');
    expect(refused.log).toMatch(/branch/);
    expect(site.serve()).toBe(before);
    expect(git(site.repository.remote, 'rev-parse', 'change')).toBe(sha);
    expect(git(site.repository.remote, 'rev-parse', ref)).toBe(sha);
  },
);

cell(
  'fork',
  'tests without secrets; a push without credentials fails and is explained',
  async () => {
    await using site = await startSite();
    const before = site.serve();
    const sha = proposeEndpoint(site);
    await using runners = await hostedRunners(
      fork({ number: 7, headSha: sha, mergeSha: sha, baseSha: sha }),
    );
    const options = { ref: 'change', persistCredentials: false };
    const inputs = { 'github-token': '', notify: '' };
    const job = await runners.startJob();
    const dry = await checkOutAndRetest(site, job, { ...inputs, commit: 'false' }, options);
    expect(dry.outcome, dry.log).toBe('success');
    const push = await checkOutAndRetest(site, await runners.startJob(), inputs, options);
    expect(push.outcome, push.log).toBe('failure');
    expect(push.log).toMatch(/push/);
    expect(push.log).toMatch(/contents: write|persist-credentials|credentials/);
    expect(site.serve()).toBe(before);
    expect(git(site.repository.remote, 'rev-parse', 'change')).toBe(sha);
  },
);

/** Merges a new endpoint by this method between two runs. */
async function expectHistoryKept(method: MergeMethod): Promise<void> {
  await using site = await startSite();
  await using runners = await hostedRunners();
  await checkOutAndRetest(site, await runners.startJob());
  expect(site.serveStatus()).toEqual([true, false]);
  proposeEndpoint(site);
  mergePullRequest(site.repository, 'change', method);
  expect(site.serveStatus()).toEqual([true, false, true]);
  const result = await checkOutAndRetest(site, await runners.startJob({ run_id: '2' }));
  // The dead endpoint rests: only the new one is tested.
  expect(result.outputs, result.log).toMatchObject({ tested: '1', died: '1' });
  expect(site.serveStatus()).toEqual([true, false, false]);
  for (const target of site.testbed.targets) await target[Symbol.asyncDispose]();
  const commits = site.commits();
  const down = await checkOutAndRetest(site, await runners.startJob(), { select: 'all' });
  expect(down.outcome, down.log).toBe('failure');
  expect(site.commits()).toBe(commits);
}

cell('squash-merge', 'keeps the history of the list after a merged change', () =>
  expectHistoryKept('squash-merge'),
);
cell('rebase-merge', 'keeps the history of the list after a merged change', () =>
  expectHistoryKept('rebase-merge'),
);
cell('merge-commit', 'keeps the history of the list after a merged change', () =>
  expectHistoryKept('merge-commit'),
);

cell('shallow', 'pushes from a checkout of one commit, also after another push', async () => {
  await using site = await startSite({ 'other.txt': 'one\n' });
  await using runners = await hostedRunners();
  const job = await runners.startJob();
  checkOut(site, job, { fetchDepth: 1 });
  const clone = site.repository.clone();
  commit(clone, { 'other.txt': 'two\n' });
  git(clone, 'push', '--quiet');
  const result = await retest(site, job);
  expect(result.outcome, result.log).toBe('success');
  expect(site.serveStatus()).toEqual([true, false]);
  expect(site.serve('other.txt')).toBe('two');
  expect(site.commits()).toBe(3);
  const rejecting = await runners.startJob();
  checkOut(site, rejecting, { fetchDepth: 1 });
  git(rejecting.workspace, 'remote', 'set-url', '--push', 'origin', 'file:///nowhere');
  const failed = await retest(site, rejecting, { select: 'all', 'max-age': '1ms' });
  expect(failed.outcome, failed.log).toBe('failure');
  expect(site.commits()).toBe(3);
});

cell('called', 'works with inputs alone: no variables, no token and no notification', async () => {
  await using site = await startSite();
  await using runners = await hostedRunners();
  const inputs = { 'github-token': '', notify: '', 'notify-on': 'fail' };
  const result = await checkOutAndRetest(site, await runners.startJob(), inputs);
  expect(result.outcome, result.log).toBe('success');
  expect(result.annotations).toEqual([]);
  expect(site.serveStatus()).toEqual([true, false]);
  const typo = await checkOutAndRetest(site, await runners.startJob(), {
    ...inputs,
    select: 'none',
  });
  expect(typo.outcome, typo.log).toBe('failure');
  expect(site.commits()).toBe(2);
});

cell(
  'container',
  'commits in a workspace of another user; without git it fails and keeps main',
  async () => {
    await using site = await startSite();
    await using runners = await hostedRunners(container());
    const before = site.serve();
    const bare = await runners.startJob();
    checkOut(site, bare);
    const without = await retest(site, bare, {}, { env: { PATH: '/nowhere' } });
    expect(without.outcome, without.log).toBe('failure');
    expect(without.log).toMatch(/git/);
    expect(site.serve()).toBe(before);
    const job = await runners.startJob();
    checkOut(site, job);
    await chown(job.workspace, 1001, 1001);
    for (const name of await readdir(job.workspace)) {
      await chown(join(job.workspace, name), 1001, 1001);
    }
    const result = await retest(site, job);
    expect(result.outcome, result.log).toBe('success');
    expect(site.serveStatus()).toEqual([true, false]);
  },
  { possible: isRootOnLinux },
);

cell(
  'arc',
  'an evicted pod publishes nothing torn, and the next pod starts from main',
  async () => {
    await using site = await startSite();
    await using runners = await selfHostedRunner();
    const before = site.serve();
    const evicted = await runners.startJob();
    checkOut(site, evicted);
    const killed = await retest(
      site,
      evicted,
      {},
      { cancel: { when: /endpoint/ }, patience: { afterInterrupt: 0, afterTerminate: 0 } },
    );
    expect(killed.signal).toBe('SIGKILL');
    expect(site.serve()).toBe(before);
    const pod = await runners.startJob({ repository: 'octo-org/new-pod' });
    const result = await checkOutAndRetest(site, pod);
    expect(result.outcome, result.log).toBe('success');
    expect(site.serveStatus()).toEqual([true, false]);
  },
);

cell('ghes', 'commits to main; state-store: cache says that the server has no cache', async () => {
  await using site = await startSite();
  await using runners = await hostedRunners((plan) => ({
    ...plan,
    github: {
      ...plan.github,
      server_url: 'https://github.example.com',
      api_url: 'https://github.example.com/api/v3',
    },
  }));
  const result = await checkOutAndRetest(site, await runners.startJob());
  expect(result.outcome, result.log).toBe('success');
  expect(site.serveStatus()).toEqual([true, false]);
  const cached = await checkOutAndRetest(site, await runners.startJob(), {
    'state-store': 'cache',
  });
  expect(cached.log).toMatch(/cache/);
  expect(cached.annotations.length).toBeGreaterThan(0);
  expect(site.serveStatus()).toEqual([true, false]);
});
