import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { go } from './perf/go-output.ts';

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
          head: { sha: 'b'.repeat(40), repo: { full_name: fork ? 'somebody/else' : full_name } },
          base: { ref: 'main' },
          labels: [],
        },
      },
    },
  });
}

/** A local GitHub with a pull request, which is an issue as far as comments go. */
async function withPull(options = {}): Promise<LocalGitHub> {
  const github = await startLocalGitHub(options);
  const { apiUrl, context } = github;
  const answer = await fetch(`${apiUrl}/repos/${context.repository}/issues`, {
    method: 'POST',
    headers: { authorization: `Bearer ${context.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'A change' }),
  });
  expect(answer.status).toBe(201);
  return github;
}

test('the comment is one comment: created when there is news, updated ever after', async () => {
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
  expect(github.state.comments[0]?.body).toMatch(/50\.0 %/);

  await using mended = await pull(github, base);
  expect(mended.exitCode).toBe(0);
  expect(github.state.comments).toHaveLength(1);
  expect(github.state.comments[0]?.body).toContain('perf-regression: pass');
  expect(github.state.comments[0]?.body).toContain('None of 2 metrics is worse');
});

test('always says so also when nothing changed; never says nothing; another suite has its own', async () => {
  await using github = await withPull();
  await using _ = await pull(github, { ...base, Parse: 1300 }, { comment: 'never' });
  expect(github.state.comments).toEqual([]);
  await using __ = await pull(github, base, { comment: 'always' });
  expect(github.state.comments).toHaveLength(1);
  await using ___ = await pull(github, base, { comment: 'always', suite: 'memory' });
  expect(github.state.comments).toHaveLength(2);
});

test('a token that may not comment is a warning that names the permission; the verdict stays', async () => {
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

test('from a fork nothing is asked of GitHub', async () => {
  await using github = await withPull();
  const before = github.calls.length;
  await using result = await pull(github, { ...base, Parse: 1300 }, {}, true);
  expect(result.outputs.verdict).toBe('fail');
  expect(github.calls.length).toBe(before);
});
