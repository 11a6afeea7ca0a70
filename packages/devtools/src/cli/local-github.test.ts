import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localEnvironment, localGitHub } from './local-github.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-github-'));
});
afterEach(() => rm(folder, { recursive: true }));

function git(...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
    cwd: folder,
    encoding: 'utf8',
  }).trim();
}

test.each([
  'https://github.com/octo/repo.git',
  'https://github.com/octo/repo',
  'git@github.com:octo/repo.git',
])('reads the repository, commit and branch from the git folder (%s)', async (origin) => {
  git('init', '-q', '-b', 'topic');
  git('remote', 'add', 'origin', origin);
  git('commit', '-q', '--allow-empty', '-m', 'x');
  expect(localGitHub({}, folder)).toMatchObject({
    repository: 'octo/repo',
    sha: git('rev-parse', 'HEAD'),
    ref: 'refs/heads/topic',
    token: '',
    api_url: 'https://api.github.com',
  });
});

test('prefers environment variables, and returns empty values outside of git', async () => {
  expect(
    localGitHub({ GITHUB_REPOSITORY: 'a/b', GH_TOKEN: 't', GITHUB_REF: 'r' }, folder),
  ).toMatchObject({ repository: 'a/b', token: 't', ref: 'r', sha: '' });
});

test('removes the variables of a runner and of pnpm', () => {
  expect(
    localEnvironment({
      DOCKER_HOST: 'x',
      GITHUB_TOKEN: 't',
      GITHUB_SHA: 's',
      RUNNER_TEMP: '/t',
      INPUT_URL: 'u',
      CI: '1',
      CIRCLE: 'kept',
      npm_config_x: 'y',
      GONE: undefined,
    }),
  ).toEqual({ DOCKER_HOST: 'x', GITHUB_TOKEN: 't', CIRCLE: 'kept' });
});
