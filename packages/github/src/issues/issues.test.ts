import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connected } from '../testing/connected.ts';
import { findOpenIssues } from './issues.ts';

let local: LocalGitHub;
beforeEach(async () => {
  local = await startLocalGitHub();
});
afterEach(() => local[Symbol.asyncDispose]());

function addIssues(count: number, properties: (number: number) => object = () => ({})) {
  const now = local.state.now();
  for (let number = 1; number <= count; number++) {
    local.state.issues.push({
      ...{ id: number, number, title: 'T', state: 'open', stateReason: null, closedAt: null },
      ...{ author: local.state.user, createdAt: now, updatedAt: now },
      ...{ labels: ['ill'], body: 'the-marker', isPullRequest: false },
      ...properties(number),
    });
  }
}

const find = async () =>
  findOpenIssues(await connected(local), { label: 'ill', marker: 'the-marker' });
const pages = () => local.calls.map(({ query }) => query.page ?? '1');

describe('a list', () => {
  test('is read page by page, for an issue with marker and label', async () => {
    addIssues(250, (number) => ({
      body: [17, 18, 240].includes(number) ? 'has the-marker' : 'nothing',
      isPullRequest: number === 18,
      labels: number === 17 ? [] : ['ill'],
    }));
    expect((await find()).map(({ number }) => number)).toEqual([240]);
    expect(pages()).toEqual(['1', '2', '3']);
  });

  test('is read up to a number of pages', async () => {
    addIssues(1_050);
    expect(await find()).toHaveLength(1_000);
    expect(pages()).toHaveLength(10);
  });

  test('names the permission if a later page is rejected', async () => {
    addIssues(150);
    local.addFault({
      on: 'GET /repos/{owner}/{repo}/issues',
      skip: 1,
      answer: { status: 403, body: { message: 'Resource not accessible by integration' } },
    });
    await expect(find()).rejects.toMatchObject({
      message: expect.stringMatching(/^GitHub responded to GET \/repositories\/1\/issues with 403/),
      remedy: 'Give the job permissions: issues: write.',
    });
  });
});
