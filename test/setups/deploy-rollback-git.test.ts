import { git } from '@repo/testkit/git/repository';
import { fork, pullRequest } from '@repo/testkit/setups/events';
import { type MergeMethod, mergePullRequest } from '@repo/testkit/setups/merge';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { RESET, startBranchSite } from './rollback/branch-site.ts';
import { runMode } from './rollback/production.ts';

/** Merges a good and then a bad pull request, each deployed from main. Returns what is served. */
async function mergeTwice(method: MergeMethod) {
  // The host serves main.
  await using site = await startBranchSite({}, 'refs/heads/main');
  await using runners = await hostedRunners(site.context);
  const strategies = '- git: {mode: restore-commit, branch: main}';
  const pages: string[] = [];
  for (const [page, run_id] of [
    ['good 1', '1'],
    ['bad', '2'],
  ] as const) {
    site.commit(page, 'change');
    const sha = mergePullRequest(site.repository, 'change', method);
    await site.deployBy(await site.startJob(runners, sha, { run_id }), sha, { strategies });
    pages.push(await site.visit());
    site.github.advance(60_000);
    git(site.clone, 'fetch', '--quiet', '--prune', 'origin');
    git(site.clone, 'checkout', '--quiet', '--detach', 'origin/main');
  }
  return pages;
}

cell('squash-merge', 'restores the page of the last good commit of main', async () => {
  expect(await mergeTwice('squash-merge')).toEqual(['200 good 1', '200 good 1']);
});

cell('rebase-merge', 'restores the page of the last good commit of main', async () => {
  expect(await mergeTwice('rebase-merge')).toEqual(['200 good 1', '200 good 1']);
});

cell('merge-commit', 'restores the page of the last good commit of main', async () => {
  expect(await mergeTwice('merge-commit')).toEqual(['200 good 1', '200 good 1']);
});

/** Deploys a branch before its merge, then a bad one. Returns what is served. */
async function deployBranches(method: MergeMethod) {
  await using site = await startBranchSite();
  await using runners = await hostedRunners(site.context);
  const inputs = { 'allowed-ref': 'main' };
  for (const [page, run_id] of [
    ['good 1', '1'],
    ['good 2', '2'],
  ] as const) {
    const head = site.commit(page, 'change');
    await site.deployBy(await site.startJob(runners, head, { run_id }), head);
    mergePullRequest(site.repository, 'change', method);
    git(site.clone, 'fetch', '--quiet', '--prune', 'origin');
    git(site.clone, 'checkout', '--quiet', '--detach', 'origin/main');
    site.github.advance(60_000);
  }
  const bad = site.commit('bad', 'change');
  await site.deployBy(await site.startJob(runners, bad, { run_id: '3' }), bad, inputs);
  return site.visit();
}

knownDefect(
  'squash-merge',
  'a release that was deployed from its branch stays good after the merge',
  'allowed-ref compares commits, so the content of a squashed branch is not found in main',
  async () => expect(await deployBranches('squash-merge')).toBe('200 good 2'),
);

knownDefect(
  'rebase-merge',
  'a release that was deployed from its branch stays good after the merge',
  'allowed-ref compares commits, so the content of a rebased branch is not found in main',
  async () => expect(await deployBranches('rebase-merge')).toBe('200 good 2'),
);

cell('merge-commit', 'a release that was deployed from its branch stays good', async () => {
  expect(await deployBranches('merge-commit')).toBe('200 good 2');
});

cell('shallow', 'restores a commit that the checkout does not have', async () => {
  await using site = await startBranchSite();
  await using runners = await hostedRunners(site.context);
  const inputs = { strategies: '- git: {mode: reset, branch: live, force: true, remote: origin}' };
  for (const page of ['good 1', 'good 2', 'bad']) {
    const sha = site.commit(page);
    const job = await site.startJob(runners, sha, { run_id: page.at(-1) ?? '' }, { fetchDepth: 1 });
    await site.deployBy(job, sha, inputs);
    site.github.advance(60_000);
  }
  expect(await site.visit()).toBe('200 good 2');
});

knownDefect(
  'shallow',
  'the log names the history that allowed-ref needs',
  'the reason of a skipped release is only in the output plan, and the log recommends a snapshot',
  async () => {
    await using site = await startBranchSite();
    await using runner = await selfHostedRunner(site.context);
    const inputs = { ledger: 'local', 'allowed-ref': 'main' };
    let log = '';
    for (const page of ['good 1', 'bad']) {
      const sha = site.commit(page);
      const job = await site.startJob(runner, sha, { run_id: page }, { fetchDepth: 1 });
      ({ log } = await site.deployBy(job, sha, inputs));
    }
    expect(log).toContain('fetch-depth: 0');
  },
);

cell(
  'pull-request',
  'restores the preview of the last good push, and leaves main alone',
  async () => {
    await using site = await startBranchSite({}, 'refs/tags/preview-7');
    const main = git(site.repository.remote, 'rev-parse', 'main');
    const live = git(site.repository.remote, 'rev-parse', 'live');
    for (const page of ['good 1', 'bad']) {
      // GitHub merges the head into main for the run.
      const headSha = site.commit(page, 'change');
      const mergeSha = git(
        site.clone,
        'commit-tree',
        `${headSha}^{tree}`,
        '-p',
        main,
        '-p',
        headSha,
        '-m',
        'Merge',
      );
      git(site.clone, 'push', '--quiet', '--force', 'origin', `${mergeSha}:refs/pull/7/merge`);
      const pull = {
        number: 7,
        headSha,
        mergeSha,
        baseSha: main,
        headRepository: 'octo-org/octo-repo',
      };
      await using runners = await hostedRunners(site.context, pullRequest(pull));
      const job = await site.startJob(runners, mergeSha, { run_id: page.at(-1) ?? '' });
      await site.deployBy(job, mergeSha, {
        environment: 'preview-7',
        strategies: '- git: {mode: tag, tag: preview-7}',
      });
      site.github.advance(60_000);
    }
    expect(await site.visit()).toBe('200 good 1');
    expect(git(site.repository.remote, 'rev-parse', 'main', 'live').split('\n')).toEqual([
      main,
      live,
    ]);
  },
);

cell('fork', 'writes nothing, and names the missing permission', async () => {
  const permissions = { contents: 'read', deployments: 'read', actions: 'read' } as const;
  await using site = await startBranchSite({ permissions });
  const good = git(site.repository.remote, 'rev-parse', 'live');
  const headSha = site.commit('bad', 'change');
  const pull = { number: 7, headSha, mergeSha: headSha, baseSha: good };
  await using runners = await hostedRunners(site.context, fork(pull));
  const before = git(site.repository.remote, 'for-each-ref');
  const job = await site.startJob(runners, headSha);
  const guarded = await site.deployBy(job, headSha);
  expect(guarded.outcome).toBe('failure');
  expect(guarded.log).toMatch(/(contents|deployments): write/);
  const rollback = await runMode(job, 'rollback', headSha, { strategies: RESET });
  expect(rollback.outcome).toBe('failure');
  expect(rollback.log).toMatch(/(contents|deployments): write/);
  expect(await site.visit()).toBe('200 good');
  expect(git(site.repository.remote, 'for-each-ref')).toBe(before);
  expect(site.github.state.deployments).toEqual([]);
});

cell('ghes', 'restores the live branch on GitHub Enterprise Server', async () => {
  await using site = await startBranchSite({ enterprise: true });
  await using runners = await hostedRunners(site.context);
  for (const page of ['good 1', 'bad']) {
    const sha = site.commit(page);
    const job = await site.startJob(runners, sha, { run_id: page.at(-1) ?? '' });
    await site.deployBy(job, sha);
    site.github.advance(60_000);
  }
  expect(await site.visit()).toBe('200 good 1');
});
