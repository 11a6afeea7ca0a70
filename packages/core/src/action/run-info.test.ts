import { expect, test } from 'vitest';
import { readRunInfo, runUrl } from './run-info.ts';

const env = {
  GITHUB_REPOSITORY: 'o/r',
  GITHUB_WORKFLOW: 'CI',
  GITHUB_RUN_ID: '7',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_JOB: 'test',
  GITHUB_SHA: 'abc',
  GITHUB_REF: 'refs/heads/main',
};

test('reads the run from the variables of the runner', () => {
  expect(readRunInfo(env)).toEqual({
    repository: 'o/r',
    workflow: 'CI',
    runId: '7',
    runAttempt: '2',
    job: 'test',
    sha: 'abc',
    ref: 'refs/heads/main',
  });
  expect(new Set(Object.values(readRunInfo({})))).toEqual(new Set(['']));
});

test('builds the URL of the run', () => {
  const run = { repository: 'o/r', runId: '7' };
  expect(runUrl('https://github.test', run)).toBe('https://github.test/o/r/actions/runs/7');
});

test.each([
  ['', { repository: 'o/r', runId: '7' }],
  ['https://github.test', { repository: '', runId: '7' }],
  ['https://github.test', { repository: 'o/r', runId: '' }],
])('returns an empty URL outside of a run (%j, %j)', (serverUrl, run) => {
  expect(runUrl(serverUrl, run)).toBe('');
});
