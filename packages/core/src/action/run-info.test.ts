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
  GITHUB_SERVER_URL: 'https://github.test',
};

test('what the runner says about the run', () => {
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

test('the page of the run, where there is one', () => {
  expect(runUrl(env)).toBe('https://github.test/o/r/actions/runs/7');
  expect(runUrl({ ...env, GITHUB_RUN_ID: undefined })).toBe('');
});
