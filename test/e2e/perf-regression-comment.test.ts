import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { go } from './perf/go-output.ts';
import { openPull } from './perf/pull-request.ts';

const action = fileURLToPath(new URL('../../actions/perf-regression', import.meta.url));
const base = { Parse: 1000, Render: 50_000 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-comment-'));
  await writeFile(join(folder, 'old.txt'), go(base));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function pull(
  github: LocalGitHub,
  benchmarks: Readonly<Record<string, number>>,
  inputs: Readonly<Record<string, string>> = {},
  fork = false,
) {
  await writeFile(join(folder, 'new.txt'), go(benchmarks));
  const full_name = String(github.context.repository);
  return runAction({
    action,
    cwd: folder,
    with: { results: 'new.txt', baseline: 'old.txt', ...inputs },
    github: {
      ...github.context,
      event_name: 'pull_request',
      event: {
        repository: { full_name, default_branch: 'main' },
        pull_request: {
          number: 1,
          head: { sha: 'b'.repeat(40), repo: { full_name: fork ? 'mona/fork' : full_name } },
          base: { ref: 'main' },
          labels: [],
        },
      },
    },
  });
}

/** A local GitHub with a pull request. */
async function withPull(): Promise<LocalGitHub> {
  const github = await startLocalGitHub();
  const repository = String(github.context.repository);
  await openPull(github, { repository, branch: 'topic', sha: 'b'.repeat(40) });
  return github;
}

test('creates one comment for a notable result, and updates it later', async () => {
  await using github = await withPull();
  await using quiet = await pull(github, base);
  expect(quiet.outputs.verdict, quiet.log).toBe('pass');
  expect(github.state.comments).toEqual([]);

  await using slow = await pull(github, { ...base, Parse: 1300 });
  expect(slow.outputs.verdict).toBe('fail');
  expect(github.state.comments).toHaveLength(1);
  expect(github.state.comments[0]?.body).toContain('perf-regression: fail');

  await using again = await pull(github, { ...base, Parse: 1500 });
  expect(again.exitCode).toBe(1);
  expect(github.state.comments).toHaveLength(1);
  expect(github.state.comments[0]?.body).toMatch(/50\.0%/);

  await using fixed = await pull(github, base);
  expect(fixed.exitCode).toBe(0);
  expect(github.state.comments).toHaveLength(1);
  expect(github.state.comments[0]?.body).toContain('perf-regression: pass');
  expect(github.state.comments[0]?.body).toContain('No regression in 2 metrics');
});

test('comment: never writes none, comment: always one per suite', async () => {
  await using github = await withPull();
  await using _ = await pull(github, { ...base, Parse: 1300 }, { comment: 'never' });
  expect(github.state.comments).toEqual([]);
  await using __ = await pull(github, base, { comment: 'always' });
  expect(github.state.comments).toHaveLength(1);
  await using ___ = await pull(github, base, { comment: 'always', suite: 'memory' });
  expect(github.state.comments).toHaveLength(2);
});

test('a token that may not comment is a warning that names the permission', async () => {
  await using github = await withPull();
  await using readOnly = await startLocalGitHub({ permissions: { issues: 'read' } });
  readOnly.state.issues.push(...github.state.issues);
  await using result = await pull(readOnly, { ...base, Parse: 1300 });
  expect(result.outputs.verdict).toBe('fail');
  expect(result.annotations).toContainEqual(
    expect.objectContaining({
      level: 'warning',
      message: expect.stringContaining('issues: write'),
    }),
  );
});

test('a missing token does not change the verdict', async () => {
  await using github = await withPull();
  await using result = await pull(github, { ...base, Parse: 1300 }, { 'github-token': '' });
  expect(result.outputs.verdict, result.log).toBe('fail');
  expect(result.annotations).toContainEqual(
    expect.objectContaining({
      message: expect.stringMatching(/^The comment could not be written: .*token/),
    }),
  );
});

test('does not overwrite a comment that quotes the marker', async () => {
  await using github = await withPull();
  await using _ = await pull(github, { ...base, Parse: 1300 });
  const [comment] = github.state.comments;
  github.state.comments.unshift({
    id: 1,
    issue: 1,
    body: `> quote:\n${comment?.body}`,
    createdAt: 0,
    updatedAt: 0,
    author: { login: 'mona', id: 7, type: 'User' },
  });
  await using __ = await pull(github, { ...base, Parse: 1500 });
  expect(github.state.comments[0]?.body).toMatch(/^> quote/);
  expect(github.state.comments[1]?.body).toMatch(/50\.0%/);
});

describe('check: true', () => {
  test('creates a check on the head of the pull request that fails if the run fails', async () => {
    await using github = await withPull();
    const inputs = { check: 'true', comment: 'never' };
    await using good = await pull(github, base, inputs);
    await using bad = await pull(github, { ...base, Parse: 1300 }, inputs);
    await using slower = await pull(github, { ...base, Parse: 1150 }, inputs);
    await using strict = await pull(
      github,
      { ...base, Parse: 1150 },
      { ...inputs, 'fail-on': 'warn' },
    );
    expect([good, bad, slower, strict].map(({ exitCode }) => exitCode)).toEqual([0, 1, 0, 1]);
    const { checkRuns, comments } = github.state;
    expect(checkRuns.map(({ conclusion }) => conclusion)).toEqual([
      'success',
      'failure',
      'neutral',
      'failure',
    ]);
    expect(new Set(checkRuns.map(({ sha }) => sha))).toEqual(new Set(['b'.repeat(40)]));
    expect(checkRuns[1]?.name).toMatch(/^perf-regression \(default, /);
    expect(checkRuns[1]?.title).toContain('1 regression in 2 metrics');
    expect(checkRuns[1]?.summary).toContain('perf-regression: fail');
    expect(comments).toEqual([]);
  });

  test('creates a check on the pushed commit; a refusal is a warning', async () => {
    await using github = await startLocalGitHub();
    await writeFile(join(folder, 'new.txt'), go(base));
    const push = (to: LocalGitHub) =>
      runAction({
        action,
        cwd: folder,
        with: { results: 'new.txt', baseline: 'old.txt', check: 'true' },
        github: { ...to.context, sha: 'e'.repeat(40) },
      });
    await using result = await push(github);
    expect(result.exitCode, result.log).toBe(0);
    expect(github.state.checkRuns).toMatchObject([{ sha: 'e'.repeat(40), conclusion: 'success' }]);
    await using readOnly = await startLocalGitHub({ permissions: { checks: 'read' } });
    await using refused = await push(readOnly);
    expect(refused.outputs.verdict).toBe('pass');
    expect(refused.annotations).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('checks: write') }),
    );
  });
});

test('a pull request from a fork makes no request to GitHub', async () => {
  await using github = await withPull();
  const before = github.calls.length;
  await using result = await pull(github, { ...base, Parse: 1300 }, {}, true);
  expect(result.outputs.verdict).toBe('fail');
  expect(github.calls.length).toBe(before);
});
