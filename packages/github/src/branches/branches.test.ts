import { commit, git, type Repository, startRepository } from '@repo/testkit/git/repository';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitHub } from '../github.ts';
import { openPullRequest } from '../pulls/open-pull.ts';
import { connected } from '../testing/connected.ts';
import { branchLimits } from './branch-limits.ts';
import { compare, isReachable } from './compare.ts';

let repository: Repository;
let local: LocalGitHub;
let github: GitHub;
let good: string;
let bad: string;
beforeEach(async () => {
  repository = startRepository();
  const clone = repository.clone();
  good = git(clone, 'rev-parse', 'HEAD');
  bad = commit(clone, { 'a.txt': 'a' });
  git(clone, 'push', '--quiet', 'origin', 'main', 'main:topic', `${good}:refs/heads/old`);
  await start();
});
afterEach(async () => {
  await local[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
});

async function start(options: LocalGitHubOptions = {}) {
  local = await startLocalGitHub({ bare: repository.remote, ...options });
  github = await connected(local);
}

test('compares two commits', async () => {
  const clone = repository.clone();
  git(clone, 'checkout', '--quiet', 'old');
  const other = commit(clone, { 'b.txt': 'b' });
  git(clone, 'push', '--quiet', 'origin', 'old');
  expect(await compare(github, good, 'main')).toEqual({
    relation: 'ahead',
    commits: [{ sha: bad, message: 'change' }],
  });
  const relation = async (base: string, head: string) =>
    (await compare(github, base, head)).relation;
  expect(await relation('main', good)).toBe('behind');
  expect(await relation('main', bad)).toBe('identical');
  expect(await relation('main', other)).toBe('diverged');
  expect(await relation('main', 'f'.repeat(40))).toBe('unrelated');
  expect(await isReachable(github, good, 'main')).toBe(true);
  expect(await isReachable(github, other, 'main')).toBe(false);
});

describe('the rules of a branch', () => {
  test('nothing', async () => {
    expect(await branchLimits(github, 'main')).toEqual({
      head: bad,
      viewer: { login: 'github-actions[bot]' },
      isWorkflowToken: true,
      forUpdate: [],
      forForce: [],
    });
    expect((await branchLimits(github, 'gone')).head).toBeUndefined();
  });

  test('rulesets', async () => {
    local.state.rules.main = { rulesets: ['pull_request', 'non_fast_forward', 'deletion'] };
    expect(await branchLimits(github, 'main')).toMatchObject({
      forUpdate: ['changes must be made through a pull request'],
      forForce: ['force pushes are not allowed'],
    });
  });

  test('reads classic protection without being an administrator, except for exempt users', async () => {
    const rules = { protection: { requiredChecks: ['ci'], requiredReviews: 1 } };
    local.state.rules.main = rules;
    expect((await branchLimits(github, 'main')).forUpdate).toEqual([
      'changes must be made through a pull request',
      'status checks must have passed',
      'pushes are restricted',
    ]);
    local.state.rules.main = { ...rules, bypass: ['github-actions[bot]'] };
    expect((await branchLimits(github, 'main')).forUpdate).toEqual([]);
  });

  test('distinguishes an App from GITHUB_TOKEN', async () => {
    await local[Symbol.asyncDispose]();
    await start({ user: { login: 'our-app[bot]', id: 7, type: 'Bot' } });
    expect((await branchLimits(github, 'main')).isWorkflowToken).toBe(false);
  });
});

test('opens one pull request per branch', async () => {
  const pull = { title: 'T', body: 'B', head: 'topic', base: 'old' };
  local.addFault({
    on: 'POST /repos/{owner}/{repo}/pulls',
    when: 'after',
    answer: { status: 502, body: {} },
  });
  const opened = await openPullRequest(github, pull);
  expect(opened).toMatchObject({ number: 1, state: 'open', isMerged: false });
  expect(await openPullRequest(github, pull)).toEqual(opened);
  expect(local.state.pulls).toHaveLength(1);
});
