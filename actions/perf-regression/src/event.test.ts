import { describe, expect, test } from 'vitest';
import { parseEvent } from './event.ts';

const repository = { full_name: 'org/shop', default_branch: 'main' };
const pull = (head: object, labels: unknown = [{ name: 'perf' }]) => ({
  repository,
  pull_request: { number: 7, head, base: { ref: 'main' }, labels },
});

test('reads a pull request and its labels', () => {
  expect(parseEvent(pull({ sha: 'abc', repo: { full_name: 'org/shop' } }))).toEqual({
    defaultBranch: 'main',
    pullRequest: { number: 7, headSha: 'abc', baseRef: 'main', labels: ['perf'], fromFork: false },
  });
});

describe('detects a pull request from a fork', () => {
  test.each([
    ['of another owner', { repo: { full_name: 'ann/shop' } }],
    ['that is deleted', { repo: null }],
    ['without a repository', {}],
  ])('%s', (_, head) => {
    expect(parseEvent(pull(head)).pullRequest?.fromFork).toBe(true);
  });
});

test('ignores invalid labels', () => {
  expect(parseEvent(pull({}, 'perf')).pullRequest?.labels).toEqual([]);
  expect(parseEvent(pull({}, [null, { name: 'a' }])).pullRequest?.labels).toEqual(['', 'a']);
});

test('reads the workflow run that triggered this one', () => {
  const workflow_run = {
    event: 'pull_request',
    head_sha: 'abc',
    head_branch: 'topic',
    head_repository: { full_name: 'ann/shop' },
  };
  expect(parseEvent({ repository, workflow_run })).toEqual({
    defaultBranch: 'main',
    workflowRun: {
      event: 'pull_request',
      headSha: 'abc',
      headBranch: 'topic',
      headRepository: 'ann/shop',
    },
  });
  expect(parseEvent({ workflow_run: { head_sha: 'abc' } }).workflowRun).toEqual({
    event: '',
    headSha: 'abc',
    headBranch: '',
    headRepository: '',
  });
});

test.each(['', null, [], 7, {}, { repository: 7, pull_request: [] }])(
  'ignores the invalid payload %j',
  (payload) => expect(parseEvent(payload)).toEqual({ defaultBranch: '' }),
);
