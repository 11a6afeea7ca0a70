import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { json, respond } from '@repo/testkit/faults/answers';
import { commit, git, startRepository } from '@repo/testkit/git/repository';
import { checkout } from '@repo/testkit/setups/checkout';
import { fork, pullRequest } from '@repo/testkit/setups/events';
import { type MergeMethod, mergePullRequest } from '@repo/testkit/setups/merge';
import { hostedRunners } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { NOTHING, startService } from './health-check-service.ts';

const READ = { contents: 'read', issues: 'read', actions: 'read', metadata: 'read' } as const;
const [HEAD, MERGE, BASE] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)] as const;

cell('pull-request', 'checks the preview of this change, and writes no issue', async () => {
  await using service = await startService({ permissions: READ });
  const change = { number: 1, headRepository: 'octo-org/octo-repo' };
  await using runners = await hostedRunners(
    pullRequest({ ...change, headSha: HEAD, mergeSha: MERGE, baseSha: BASE }),
  );
  const inputs = { runners, with: { 'expect-version': HEAD } };
  service.serve(json({ version: HEAD }));
  const preview = await service.monitor(inputs);
  expect(preview.outcome, preview.log).toBe('success');
  service.serve(json({ version: BASE }));
  const main = await service.monitor(inputs);
  expect(main.outcome, main.log).toBe('failure');
  expect(main.log).toContain('issues: write');
  expect(service.seen()).toMatchObject({ issues: 0, deploys: 0 });
});

cell('pull-request', 'validates the checks of the change, not those of main', async () => {
  await using service = await startService();
  using repository = startRepository({
    'health.yml': "[{name: a, http: {url: 'http://a.example'}}]",
  });
  const change = repository.clone();
  git(change, 'checkout', '--quiet', '-b', 'change');
  const head = commit(change, { 'health.yml': '[{name: a, htp: {}}]' });
  git(change, 'push', '--quiet', 'origin', 'change', 'change:refs/pull/1/merge');
  const inputs = {
    url: '',
    config: 'health.yml',
    'dry-run': 'true',
    'fail-on': 'never',
    notify: '',
  };
  const check = async (ref: string) => {
    const result = await service.monitor({
      with: inputs,
      prepare: async (workspace) => void checkout(repository, workspace, { ref }),
      github: { event_name: 'pull_request', sha: head, ref: 'refs/pull/1/merge' },
    });
    return result.outcome;
  };
  expect(await check('main')).toBe('success');
  expect(await check('refs/pull/1/merge')).toBe('failure');
  expect(service.server.requests).toEqual([]);
});

cell('fork', 'writes and sends nothing without secrets, and says what is missing', async () => {
  await using service = await startService({ permissions: READ });
  await using runners = await hostedRunners(
    fork({ number: 1, headSha: HEAD, mergeSha: MERGE, baseSha: BASE }),
  );
  // Secrets are empty for a fork.
  const inputs = { runners, with: { notify: '', 'bearer-token': '' } };
  const good = await service.monitor(inputs);
  expect(good.outcome, good.log).toBe('success');
  service.serve(respond(401));
  const bad = await service.monitor(inputs);
  expect(bad.outcome, bad.log).toBe('failure');
  expect(bad.log).toMatch(/401/);
  expect(bad.log).toContain('issues: write');
  expect(service.seen()).toEqual(NOTHING);
  const writes = service.github.calls.filter(
    ({ operation, status }) => !operation.startsWith('GET ') && status < 400,
  );
  expect(writes).toEqual([]);
});

/** Merges a pull request, and returns the check of the deploy of the new commit. */
async function mergeAndDeploy(method: MergeMethod) {
  const repository = startRepository({ 'page.txt': 'one\n' });
  const clone = repository.clone();
  const before = git(clone, 'rev-parse', 'origin/main');
  git(clone, 'checkout', '--quiet', '-b', 'change');
  const head = commit(clone, { 'page.txt': 'two\n' });
  git(clone, 'push', '--quiet', 'origin', 'change');
  const merged = mergePullRequest(repository, 'change', method);
  const service = await startService();
  return {
    service,
    before,
    head,
    merged,
    check: () => service.monitor({ with: { 'expect-version': merged }, github: { sha: merged } }),
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]();
      repository[Symbol.dispose]();
    },
  };
}

/** The deploy of a merged commit passes only when the page shows that commit. */
async function waitsForMergedCommit(method: MergeMethod): Promise<void> {
  await using deploy = await mergeAndDeploy(method);
  for (const old of [deploy.before, deploy.head]) {
    deploy.service.serve(json({ version: old }));
    const early = await deploy.check();
    expect(early.outcome, early.log).toBe('failure');
  }
  deploy.service.serve(json({ version: deploy.merged }));
  const deployed = await deploy.check();
  expect(deployed.outcome, deployed.log).toBe('success');
  expect(deploy.service.seen().open).toEqual([]);
}

cell('squash-merge', 'waits for the commit on main, not for that of the branch', () =>
  waitsForMergedCommit('squash-merge'),
);
cell('rebase-merge', 'waits for the commit on main, not for that of the branch', () =>
  waitsForMergedCommit('rebase-merge'),
);
cell('merge-commit', 'waits for the commit on main, not for that of the branch', () =>
  waitsForMergedCommit('merge-commit'),
);

knownDefect(
  'squash-merge',
  'fails while the page runs the old version and names the new one',
  'the version is searched in the whole body',
  async () => {
    await using deploy = await mergeAndDeploy('squash-merge');
    deploy.service.serve(json({ running: deploy.before, next: deploy.merged }));
    const early = await deploy.check();
    expect(early.outcome, early.log).toBe('failure');
  },
);

cell('shallow', 'reads the checks of a shallow clone', async () => {
  await using service = await startService();
  const checks = (path: string) =>
    `checks: [{name: shop, http: {url: '${service.server.url}${path}'}}]`;
  using repository = startRepository({ 'health.yml': checks('/good') });
  const clone = repository.clone();
  git(clone, 'checkout', '--quiet', '-b', 'bad');
  commit(clone, { 'health.yml': checks('/bad') });
  git(clone, 'push', '--quiet', 'origin', 'bad');
  service.serve(({ request, ...exchange }) =>
    respond(request.path === '/good' ? 200 : 500)({ request, ...exchange }),
  );
  const check = (ref: string) =>
    service.monitor({
      with: { url: '', config: 'health.yml' },
      prepare: async (workspace) => void checkout(repository, workspace, { ref, fetchDepth: 1 }),
    });
  const good = await check('main');
  expect(good.outcome, good.log).toBe('success');
  const bad = await check('bad');
  expect(bad.outcome, bad.log).toBe('failure');
});

cell('shallow', 'an LFS pointer in place of the checks is refused before a request', async () => {
  await using service = await startService();
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 90\n`;
  const result = await service.monitor({
    with: { url: '', config: 'health.yml' },
    prepare: (workspace) => writeFile(join(workspace, 'health.yml'), pointer),
  });
  expect(result.outcome, result.log).toBe('failure');
  expect(result.log).toContain('health.yml');
  expect(service.seen()).toMatchObject({ issues: 0, deploys: 0 });
});
