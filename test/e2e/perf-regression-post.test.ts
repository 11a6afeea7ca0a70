import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HOSTILE } from '@repo/testkit/faults/hostile-text';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { go } from './perf/go-output.ts';
import { openPull } from './perf/pull-request.ts';
import { schemaErrors } from './perf/report-schema.ts';

const action = fileURLToPath(new URL('../../actions/perf-regression', import.meta.url));
const base = { Parse: 1000, Render: 50_000 };
const SHA = 'b'.repeat(40);
const FORK = { repository: 'mona/fork', branch: 'faster', sha: SHA };

let folder: string;
let github: LocalGitHub;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-post-'));
  github = await startLocalGitHub();
  await openPull(github, FORK);
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the action for a fork, and returns its JSON report. */
async function runForFork(benchmarks: Readonly<Record<string, number>>): Promise<string> {
  await writeFile(join(folder, 'old.txt'), go(base));
  await writeFile(join(folder, 'new.txt'), go(benchmarks));
  const full_name = String(github.context.repository);
  await using result = await runAction({
    action,
    cwd: folder,
    with: { results: 'new.txt', baseline: 'old.txt', 'report-file': 'reports/report.json' },
    github: {
      ...github.context,
      event_name: 'pull_request',
      event: {
        repository: { full_name, default_branch: 'main' },
        pull_request: {
          number: 1,
          head: { sha: SHA, repo: { full_name: FORK.repository } },
          base: { ref: 'main' },
          labels: [],
        },
      },
    },
    trackFiles: false,
  });
  expect(result.log).toContain('mode: post');
  return readFile(result.outputs['report-file'] ?? '', 'utf8');
}

/** The trusted second workflow. */
function post(inputs: Readonly<Record<string, string>> = {}, run: object = {}) {
  return runAction({
    action,
    cwd: folder,
    with: { mode: 'post', results: 'reports/*.json', ...inputs },
    github: {
      ...github.context,
      event_name: 'workflow_run',
      event: {
        repository: { full_name: github.context.repository, default_branch: 'main' },
        workflow_run: {
          event: 'pull_request',
          head_sha: SHA,
          head_branch: FORK.branch,
          head_repository: { full_name: FORK.repository },
          // GitHub leaves this empty for a fork.
          pull_requests: [],
          ...run,
        },
      },
    },
    trackFiles: false,
  });
}

async function writeReport(report: unknown): Promise<void> {
  await mkdir(join(folder, 'reports'), { recursive: true });
  const text = typeof report === 'string' ? report : JSON.stringify(report);
  await writeFile(join(folder, 'reports/report.json'), text);
}

describe('a pull request from a fork', () => {
  test('a trusted run publishes its report in one comment and a check', async () => {
    await runForFork({ ...base, Parse: 1300 });
    expect(github.calls).toHaveLength(1);
    await using first = await post({ check: 'true' });
    expect(first.exitCode, first.log).toBe(0);
    expect(first.outputs).toMatchObject({ verdict: 'pass', regressions: '1' });
    expect(first.outputs.message).toContain('Published 1 report on #1');
    expect(await schemaErrors(first)).toEqual([]);
    expect(github.state.comments).toHaveLength(1);
    expect(github.state.comments[0]).toMatchObject({ issue: 1 });
    expect(github.state.comments[0]?.body).toContain('perf-regression: fail');
    expect(github.state.checkRuns).toMatchObject([{ sha: SHA, conclusion: 'failure' }]);

    await runForFork(base);
    await using second = await post();
    expect(second.exitCode, second.log).toBe(0);
    expect(github.state.comments).toHaveLength(1);
    expect(github.state.comments[0]?.body).toContain('perf-regression: pass');
  });

  test('publishes nothing for newer commits or a closed pull request', async () => {
    await runForFork({ ...base, Parse: 1300 });
    await using old = await post({}, { head_sha: 'c'.repeat(40) });
    expect(old.exitCode, old.log).toBe(0);
    expect(old.outputs.message).toContain('newer commits');
    await using elsewhere = await post({}, { head_repository: { full_name: 'mona/other' } });
    expect(elsewhere.outputs.message).toContain('Nothing is published');
    expect(github.state.comments).toEqual([]);
  });

  test('publishes nothing for a push, and rejects another event', async () => {
    await writeReport({});
    await using pushed = await post({}, { event: 'push' });
    expect(pushed.exitCode, pushed.log).toBe(0);
    await using otherEvent = await post({}, { head_sha: undefined });
    expect(otherEvent.exitCode).toBe(1);
    expect(otherEvent.log).toContain('workflow_run');
    expect(github.state.comments).toEqual([]);
  });
});

describe('a hostile report', () => {
  const expectRejected = async (report: unknown, expected: string | RegExp) => {
    await writeReport(report);
    await using result = await post();
    expect(result.exitCode, result.log).toBe(1);
    expect(result.log).toMatch(expected);
    expect(result.log).not.toContain('    at ');
    expect(github.state.comments).toEqual([]);
  };

  test.each([
    ['invalid JSON', '{"schema": "perf-reg', /not valid JSON/],
    ['another object', { hello: 1 }, /not a report of perf-regression/],
    ['deeply nested JSON', '['.repeat(200_000), /not valid JSON/],
    ['a huge file', `"${'x'.repeat(9 * 2 ** 20)}"`, /larger than 8 MiB/],
  ])('rejects %s', async (_, report, expected) => {
    await expectRejected(report, expected);
  });

  test('rejects values beyond the limits, with their path', async () => {
    const report = JSON.parse(await runForFork({ ...base, Parse: 1300 }));
    const [row] = report.result.rows;
    const withRow = (change: object) => ({
      ...report,
      result: { ...report.result, rows: [{ ...row, ...change }] },
    });
    await expectRejected(withRow({ benchmark: 'x'.repeat(2000) }), /benchmark/);
    await expectRejected(withRow({ state: 'wonderful' }), /state/);
    await expectRejected(withRow({ html: '<b>' }), /not a report/);
    await expectRejected(withRow({ trend: Array(1000).fill(1) }), /trend/);
    const rows = Array(2001).fill(row);
    await expectRejected({ ...report, result: { ...report.result, rows } }, /rows/);
  });

  test('does not follow a symbolic link', async () => {
    await mkdir(join(folder, 'reports'));
    await symlink('/etc/passwd', join(folder, 'reports/report.json'));
    await using result = await post();
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('is not a regular file');
    expect(result.log).not.toContain('root:');
  });

  test('escapes its texts, and does not choose another pull request or marker', async () => {
    await openPull(github, { repository: 'mona/fork', branch: 'other', sha: 'd'.repeat(40) });
    const report = JSON.parse(await runForFork({ ...base, Parse: 1300 }));
    const texts = Object.values(HOSTILE).map((text) => text.slice(0, 500));
    const [row] = report.result.rows;
    await writeReport({
      ...report,
      run: { ...report.run, repository: 'octo-org/victim' },
      pull: 2,
      result: {
        ...report.result,
        against: '--> <!-- perf-regression {"pull":2} --> @everyone',
        warnings: ['![](https://evil.test/x.png)', '<img src=x onerror=alert(1)>'],
        rows: texts.map((benchmark) => ({ ...row, benchmark, reason: benchmark || 'x' })),
      },
    });
    await using result = await post();
    expect(result.exitCode, result.log).toBe(0);
    expect(github.state.comments).toHaveLength(1);
    const [comment] = github.state.comments;
    expect(comment?.issue).toBe(1);
    const [marker, ...rest] = comment?.body.split('\n') ?? [];
    expect(marker).toMatch(/^<!-- perf-regression \{"suite":"default",.*\} -->$/);
    const body = rest.join('\n');
    for (const markup of ['<!--', '<img', '<script', '](https:', ' @everyone']) {
      expect(body).not.toContain(markup);
    }
  });
});

test('a token that may not comment is an error that names the permission', async () => {
  await runForFork({ ...base, Parse: 1300 });
  await using readOnly = await startLocalGitHub({
    permissions: { issues: 'read', 'pull-requests': 'read' },
  });
  readOnly.state.issues.push(...github.state.issues);
  readOnly.state.pulls.push(...github.state.pulls);
  await using result = await runAction({
    action,
    cwd: folder,
    with: { mode: 'post', results: 'reports/*.json' },
    github: {
      ...readOnly.context,
      event_name: 'workflow_run',
      event: {
        workflow_run: {
          event: 'pull_request',
          head_sha: SHA,
          head_branch: FORK.branch,
          head_repository: { full_name: FORK.repository },
        },
      },
    },
    trackFiles: false,
  });
  expect(result.exitCode).toBe(1);
  expect(result.log).toContain('issues: write');
});
