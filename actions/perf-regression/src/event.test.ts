import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEvent } from './event.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (payload: unknown) => {
  const path = join(folder, 'event.json');
  writeFileSync(path, typeof payload === 'string' ? payload : JSON.stringify(payload));
  return readEvent(path);
};

const repository = { full_name: 'org/shop', default_branch: 'main' };
const pull = (head: object, labels: unknown = [{ name: 'perf' }]) => ({
  repository,
  pull_request: { number: 7, head, base: { ref: 'main' }, labels },
});

test('reads a pull request and its labels', async () => {
  expect(await read(pull({ sha: 'abc', repo: { full_name: 'org/shop' } }))).toEqual({
    defaultBranch: 'main',
    pullRequest: { number: 7, headSha: 'abc', baseRef: 'main', labels: ['perf'], fromFork: false },
  });
});

describe('detects a pull request from a fork', () => {
  test.each([
    ['of another owner', { repo: { full_name: 'ann/shop' } }],
    ['that is deleted', { repo: null }],
    ['without a repository', {}],
  ])('%s', async (_, head) => {
    expect((await read(pull(head))).pullRequest?.fromFork).toBe(true);
  });
});

test('ignores invalid labels', async () => {
  expect((await read(pull({}, 'perf'))).pullRequest?.labels).toEqual([]);
  expect((await read(pull({}, [null, { name: 'a' }]))).pullRequest?.labels).toEqual(['', 'a']);
});

test('reads the workflow run that triggered this one', async () => {
  const workflow_run = {
    event: 'pull_request',
    head_sha: 'abc',
    head_branch: 'topic',
    head_repository: { full_name: 'ann/shop' },
  };
  expect(await read({ repository, workflow_run })).toEqual({
    defaultBranch: 'main',
    workflowRun: {
      event: 'pull_request',
      headSha: 'abc',
      headBranch: 'topic',
      headRepository: 'ann/shop',
    },
  });
  expect((await read({ workflow_run: { head_sha: 'abc' } })).workflowRun).toEqual({
    event: '',
    headSha: 'abc',
    headBranch: '',
    headRepository: '',
  });
});

test.each(['', '{', 'null', '[]', '7', '{"repository":7,"pull_request":[]}'])(
  'ignores the invalid payload %s',
  async (payload) => expect(await read(payload)).toEqual({ defaultBranch: '' }),
);

test('accepts a missing payload', async () => {
  expect(await readEvent('')).toEqual({ defaultBranch: '' });
  expect(await readEvent(join(folder, 'none.json'))).toEqual({ defaultBranch: '' });
});
