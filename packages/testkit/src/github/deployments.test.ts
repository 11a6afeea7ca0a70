import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commit, git, type Repository, startRepository } from '../git/repository.ts';
import { type LocalGitHub, startLocalGitHub } from './local-github.ts';

let repository: Repository;
let github: LocalGitHub;
beforeEach(async () => {
  repository = startRepository();
  const clone = repository.clone();
  git(clone, 'push', '--quiet', 'origin', 'main:old');
  commit(clone, { 'a.txt': 'a' });
  git(clone, 'push', '--quiet', 'origin', 'main');
  github = await startLocalGitHub({ bare: repository.remote });
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
});

async function call(method: string, path: string, body?: object) {
  const response = await fetch(`${github.apiUrl}/repos/octo-org/octo-repo${path}`, {
    method,
    headers: { authorization: 'token x' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, data: text && JSON.parse(text) };
}

describe('a deployment with default options', () => {
  test('merges the default branch into an outdated branch (202) and is not created', async () => {
    const { status, data } = await call('POST', '/deployments', { ref: 'old' });
    expect([status, data.message]).toEqual([202, 'Auto-merged main into old on deployment.']);
    expect(github.state.deployments).toEqual([]);
  });

  test('is rejected for failed commit statuses (409)', async () => {
    github.state.failedStatuses[git(repository.remote, 'rev-parse', 'main')] = ['ci'];
    expect((await call('POST', '/deployments', { ref: 'main' })).status).toBe(409);
    const all = { ref: 'main', required_contexts: [] };
    expect((await call('POST', '/deployments', all)).status).toBe(201);
  });

  test('is rejected for an unknown ref and a long description (422)', async () => {
    expect((await call('POST', '/deployments', { ref: 'gone' })).status).toBe(422);
    const { data } = await call('POST', '/deployments', { ref: 'main' });
    const path = `/deployments/${data.id}/statuses`;
    const description = 'x'.repeat(141);
    expect((await call('POST', path, { state: 'success', description })).status).toBe(422);
    expect((await call('POST', path, { state: 'success' })).status).toBe(201);
    expect((await call('GET', path)).data).toMatchObject([{ state: 'success' }]);
    expect((await call('GET', '/deployments?environment=production')).data).toHaveLength(1);
  });
});

describe('workflow triggers', () => {
  beforeEach(() => {
    github.state.workflows.push({
      id: 7,
      file: 'ci.yml',
      inputs: undefined,
      on: ['push', 'deployment'],
    });
  });
  const push = async () => {
    const sha = git(repository.remote, 'rev-parse', 'main');
    await call('PATCH', '/git/refs/heads%2Fold', { sha });
    await call('POST', '/deployments', { ref: 'main' });
    return github.state.runs.map(({ event }) => event);
  };

  test('do not run for GITHUB_TOKEN', async () => {
    expect(await push()).toEqual([]);
  });

  test('run for a GitHub App', async () => {
    await github[Symbol.asyncDispose]();
    const user = { login: 'our-app[bot]', id: 7, type: 'Bot' as const };
    github = await startLocalGitHub({ bare: repository.remote, user });
    github.state.workflows.push({
      id: 7,
      file: 'ci.yml',
      inputs: undefined,
      on: ['push', 'deployment'],
    });
    expect(await push()).toEqual(['push', 'deployment']);
  });
});

test.each([
  [{ rulesets: ['pull_request'] }, 'Changes must be made through a pull request.'],
  [{ protection: { requiredChecks: ['ci'] } }, 'Required status check "ci" is expected.'],
])('rejects an update of a branch with %j', async (rules, message) => {
  github.state.rules.old = rules;
  const sha = git(repository.remote, 'rev-parse', 'main');
  const { status, data } = await call('PATCH', '/git/refs/heads%2Fold', { sha });
  expect(status).toBe(422);
  expect(data.message).toContain(message);
  github.state.rules.old = { ...rules, bypass: [github.state.user.login] };
  expect((await call('PATCH', '/git/refs/heads%2Fold', { sha })).status).toBe(200);
});

test('reports a query that violates the schema of GitHub', async () => {
  const response = await fetch(`${github.apiUrl}/graphql`, {
    method: 'POST',
    headers: { authorization: 'token x' },
    body: JSON.stringify({ query: '{ viewer { logn } }' }),
  });
  expect(await response.json()).toMatchObject({
    errors: [{ message: expect.stringContaining('Cannot query field') }],
  });
  await expect(github[Symbol.asyncDispose]()).rejects.toThrow('Cannot query field');
  github = await startLocalGitHub();
});
