import { BAD_GATEWAY, rateLimited } from '@repo/testkit/github/faults';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitHub } from '../github.ts';
import { connected } from '../testing/connected.ts';
import { createDeployment, type NewDeployment } from './create.ts';
import { deploymentHistory } from './history.ts';
import { setDeploymentStatus } from './status.ts';

let local: LocalGitHub;
let github: GitHub;
beforeEach(() => start());
afterEach(() => local[Symbol.asyncDispose]());

async function start(options: LocalGitHubOptions = {}) {
  local = await startLocalGitHub(options);
  github = await connected(local);
}

const SHA = (digit: string) => digit.repeat(40);
const CREATE = 'POST /repos/{owner}/{repo}/deployments';
const STATUS = 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses';

function deployment(sha: string, given: Partial<NewDeployment> = {}): NewDeployment {
  return {
    sha,
    environment: 'staging',
    task: 'rollback',
    payload: { key: `rollback-${sha}`, from: SHA('f') },
    description: 'rolled back',
    ...given,
  };
}

async function succeeded(sha: string, given: Partial<NewDeployment> = {}): Promise<number> {
  const id = await createDeployment(github, deployment(sha, given));
  await setDeploymentStatus(github, id, { state: 'success', description: '', logUrl: '' });
  local.advance(60_000);
  return id;
}

describe('the history', () => {
  test('takes one request, newest first, with all statuses', async () => {
    await succeeded(SHA('a'));
    const id = await createDeployment(github, deployment(SHA('b')));
    const status = { logUrl: 'https://github.test/runs/1' };
    await setDeploymentStatus(github, id, { ...status, state: 'in_progress', description: 'x' });
    local.advance(1_000);
    await setDeploymentStatus(github, id, { ...status, state: 'failure', description: 'ill' });
    const before = local.calls.length;
    const { deployments, viewer } = await deploymentHistory(github, 'staging', 20);
    expect(local.calls).toHaveLength(before + 1);
    expect(viewer.login).toBe('github-actions[bot]');
    expect(deployments).toMatchObject([
      {
        id,
        sha: SHA('b'),
        task: 'rollback',
        payload: { key: `rollback-${SHA('b')}`, from: SHA('f') },
        statuses: [
          { state: 'failure', description: 'ill', logUrl: status.logUrl },
          { state: 'in_progress' },
        ],
      },
      { sha: SHA('a'), statuses: [{ state: 'success', logUrl: '' }] },
    ]);
  });

  test('a superseded deployment is inactive, but its statuses show its success', async () => {
    await succeeded(SHA('a'));
    await succeeded(SHA('b'));
    const { deployments } = await deploymentHistory(github, 'staging', 20);
    expect(deployments.map(({ statuses }) => statuses.map(({ state }) => state).sort())).toEqual([
      ['success'],
      ['inactive', 'success'],
    ]);
  });

  test('in production, superseded deployments keep their state', async () => {
    await succeeded(SHA('a'), { environment: 'production' });
    await succeeded(SHA('b'), { environment: 'production' });
    const { deployments } = await deploymentHistory(github, 'production', 20);
    expect(deployments.map(({ statuses }) => statuses.map(({ state }) => state))).toEqual([
      ['success'],
      ['success'],
    ]);
  });

  test('covers one environment, up to the requested length', async () => {
    await succeeded(SHA('a'), { environment: 'production' });
    for (const digit of ['b', 'c', 'd']) await succeeded(SHA(digit));
    const { deployments } = await deploymentHistory(github, 'staging', 2);
    expect(deployments.map(({ sha }) => sha)).toEqual([SHA('d'), SHA('c')]);
  });

  test.each([
    ['{"a":1}', { a: 1 }],
    ['', ''],
    ['no JSON', 'no JSON'],
    [{ a: 1 }, { a: 1 }],
  ])('a foreign payload: %j', async (payload, read) => {
    await github.rest.repos.createDeployment({
      ...github.repository,
      ...{ ref: SHA('a'), environment: 'staging', payload },
    });
    const { deployments } = await deploymentHistory(github, 'staging', 1);
    expect(deployments[0]?.payload).toEqual(read);
  });

  test('the error names a missing permission', async () => {
    await local[Symbol.asyncDispose]();
    await start({ permissions: { contents: 'read' } });
    await expect(deploymentHistory(github, 'staging', 20)).rejects.toMatchObject({
      status: 403,
      remedy: 'Give the job permissions: deployments: read.',
    });
  });

  test('retries a query after a server error, and waits for a rate limit', async () => {
    local.addFault({ on: 'POST /graphql', answer: BAD_GATEWAY });
    local.addFault({ on: 'POST /graphql', answer: rateLimited(5) });
    expect((await deploymentHistory(github, 'staging', 20)).deployments).toEqual([]);
    expect(local.calls).toHaveLength(3);
  });
});

describe('a deployment', () => {
  test('does not merge, and ignores commit statuses', async () => {
    local.state.failedStatuses[SHA('a')] = ['ci'];
    await createDeployment(github, deployment(SHA('a')));
    expect(local.calls.at(-1)?.body).toMatchObject({ auto_merge: false, required_contexts: [] });
    expect(local.state.deployments).toHaveLength(1);
  });

  test.each([
    ['a fault after it was made', { when: 'after', answer: BAD_GATEWAY }],
    ['a fault before', { when: 'before', answer: BAD_GATEWAY }],
    ['an answer that was lost', { when: 'after', answer: 'reset' }],
    ['a secondary limit', { when: 'before', answer: rateLimited(3) }],
  ] as const)('is made once: %s', async (_, fault) => {
    local.addFault({ on: CREATE, ...fault });
    const id = await createDeployment(github, deployment(SHA('a')));
    expect(local.state.deployments.map((one) => one.id)).toEqual([id]);
  });

  test('reports 409 and creates nothing', async () => {
    local.addFault({ on: CREATE, answer: { status: 409, body: { message: 'Conflict merging' } } });
    await expect(createDeployment(github, deployment(SHA('a')))).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('Conflict merging'),
    });
    expect(local.state.deployments).toEqual([]);
  });

  test('rejects 202', async () => {
    local.addFault({ on: CREATE, answer: { status: 202, body: { message: 'Auto-merged' } } });
    await expect(createDeployment(github, deployment(SHA('a')))).rejects.toThrow(
      'responded with 202',
    );
  });

  test('rejects a missing commit', async () => {
    await expect(createDeployment(github, deployment('gone'))).rejects.toThrow('No ref found');
  });
});

describe('a status', () => {
  test.each([
    ['after', BAD_GATEWAY],
    ['before', BAD_GATEWAY],
    ['after', 'reset'],
  ] as const)('is created once, despite a failure (%s, %j)', async (when, answer) => {
    const id = await createDeployment(github, deployment(SHA('a')));
    local.addFault({ on: STATUS, when, answer });
    const description = 'x'.repeat(200);
    await setDeploymentStatus(github, id, { state: 'failure', description, logUrl: '' });
    const [made] = local.state.deployments;
    expect(made?.statuses).toMatchObject([{ state: 'failure' }]);
    expect(made?.statuses[0]?.description).toHaveLength(140);
  });
});
