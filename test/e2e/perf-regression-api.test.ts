import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { git, type Repository, startRepository } from '@repo/testkit/git/repository';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { go } from './perf/go-output.ts';

const action = fileURLToPath(new URL('../../actions/perf-regression', import.meta.url));
const suite = { Parse: 1000, Render: 50_000, Sort: 700, Hash: 90 };
/** Many runs of the bundle. */
const TIMEOUT_MS = 120_000;

let folder: string;
let repository: Repository;
let github: LocalGitHub;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-api-'));
  repository = startRepository();
  git(repository.remote, 'config', 'receive.denyNonFastForwards', 'true');
  github = await startLocalGitHub({ bare: repository.remote });
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
  await rm(folder, { recursive: true, force: true });
});

async function run(
  number: number,
  benchmarks: Readonly<Record<string, number>>,
  { cwd = join(folder, String(number)), job = 'bench', to = github } = {},
) {
  await mkdir(cwd, { recursive: true });
  const values = Object.entries(benchmarks).map(([name, ns], index) => [
    name,
    ns * (1 + ((number * 3 + index * 5) % 7) / 700),
  ]);
  await writeFile(join(cwd, 'new.txt'), go(Object.fromEntries(values), 1));
  return runAction({
    action,
    cwd,
    with: { results: 'new.txt', record: 'always' },
    github: {
      ...to.context,
      job,
      run_id: String(number),
      sha: String(number).padStart(40, '0'),
    },
    trackFiles: false,
  });
}

const files = () =>
  git(repository.remote, 'ls-tree', '-r', '--name-only', 'perf-history').split('\n');

describe('a history on a branch, without a checkout', () => {
  test('writes and reads through the API, and finds a slowdown', {
    timeout: TIMEOUT_MS,
  }, async () => {
    await using first = await run(1, suite);
    expect(first.outputs.verdict, first.log).toBe('unknown');
    expect(first.outputs['history-file']).toMatch(/^perf-history:v1\/default\//);
    for (let number = 2; number <= 10; number++) {
      await using same = await run(number, suite);
      expect(same.outputs.verdict, same.log).toBe('pass');
    }
    await using slow = await run(11, { ...suite, Parse: 1300 });
    expect(slow.outputs.verdict, slow.log).toBe('warn');
    expect(slow.log).toContain('10 runs of history');
    expect(files()).toHaveLength(11);
    expect(git(repository.remote, 'rev-list', '--count', 'perf-history')).toBe('11');
  });

  test('eight concurrent jobs lose no run and force no push', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const jobs = Array.from({ length: 8 }, (_, job) => `job-${job}`);
    await Promise.all(
      jobs.map(async (job) => {
        await using result = await run(1, suite, { cwd: join(folder, job), job });
        expect(result.exitCode, result.log).toBe(0);
        expect(result.outputs['history-file']).toContain(job);
      }),
    );
    expect(files()).toHaveLength(8);
    expect(git(repository.remote, 'rev-list', '--count', 'perf-history')).toBe('8');
    expect(files().every((file) => file.startsWith('v1/default/'))).toBe(true);
  });

  test('squashes the branch after 500 commits', {
    timeout: TIMEOUT_MS,
  }, async () => {
    await using _ = await run(1, suite);
    const tree = git(repository.remote, 'rev-parse', 'perf-history^{tree}');
    const message = 'many\n\nCommits-since-squash: 499';
    const tip = git(repository.remote, 'commit-tree', tree, '-p', 'perf-history', '-m', message);
    git(repository.remote, 'update-ref', 'refs/heads/perf-history', tip);
    await using second = await run(2, suite);
    expect(second.exitCode, second.log).toBe(0);
    expect(git(repository.remote, 'rev-list', '--count', 'perf-history')).toBe('1');
    expect(files()).toHaveLength(2);
  });

  test('a token without write permission is an error that names the permission', async () => {
    await using readOnly = await startLocalGitHub({
      bare: repository.remote,
      permissions: { contents: 'read' },
    });
    await using result = await run(1, suite, { to: readOnly });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('contents: write');
  });
});

test('a checkout without credentials reads with git and writes through the API', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using _ = await run(1, suite);
  const guarded = createServer((_request, response) =>
    response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end(),
  );
  await new Promise<void>((resolve) => guarded.listen(0, '127.0.0.1', resolve));
  try {
    const cwd = repository.clone();
    const { port } = guarded.address() as AddressInfo;
    git(cwd, 'config', 'remote.origin.pushurl', `http://127.0.0.1:${port}/octo/repo.git`);
    await using result = await run(2, suite, { cwd });
    expect(result.exitCode, result.log).toBe(0);
    expect(result.log).toContain('1 run of history');
    expect(result.log).toContain('git may not push');
    expect(files()).toHaveLength(2);
  } finally {
    guarded.close();
  }
});
