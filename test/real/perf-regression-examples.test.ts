import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commit, git, type Repository, startRepository } from '@repo/testkit/git/repository';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { engine } from './engine.ts';
import { inputsOf, readmeYaml } from './readme-example.ts';

const action = fileURLToPath(new URL('../../actions/perf-regression', import.meta.url));
const fixtures = join(action, 'fixtures');
const goTool = engine('go', 'apt-get install golang-go');
/** Compiles and measures. */
const TIMEOUT_MS = 300_000;

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const goFiles = (rounds: number) => ({
  'go.mod': 'module example.org/shop\n\ngo 1.19\n',
  'shop.go': `package shop\n\nfunc Sum() (sum int) {\n\tfor i := 0; i < ${rounds}; i++ {\n\t\tsum += i ^ sum\n\t}\n\treturn\n}\n`,
  'shop_test.go': `package shop\n\nimport "testing"\n\nvar total int\n\nfunc BenchmarkSum(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\ttotal += Sum()\n\t}\n}\n`,
});

let folder: string;
let repository: Repository;
let github: LocalGitHub;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'perf-examples-'));
  repository = startRepository(goFiles(4000));
  github = await startLocalGitHub({ bare: repository.remote });
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** The steps of an example: a list of steps, a job or a workflow. */
async function readSteps(name: string): Promise<readonly Step[]> {
  const yaml = parse(await readmeYaml(name, 'perf-regression'));
  if (Array.isArray(yaml)) return yaml;
  return yaml.steps ?? (Object.values(yaml.jobs)[0] as { steps: readonly Step[] }).steps;
}

/**
 * Runs the steps of an example like a runner: shell commands in the checkout, and the bundle of this
 * action. A stand-in replaces a program by one that copies its recorded output.
 */
async function runExample(
  name: string,
  cwd: string,
  options: { standIn?: Readonly<Record<string, string>>; event?: object; runId?: string } = {},
) {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [program, line] of Object.entries(options.standIn ?? {})) {
    writeFileSync(join(bin, program), `#!/bin/bash\n${line}\n`, { mode: 0o755 });
  }
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: folder,
    GOCACHE: join(tmpdir(), 'perf-examples-go-cache'),
    GOFLAGS: '-benchtime=20ms',
    GOTOOLCHAIN: 'local',
  };
  const results: Awaited<ReturnType<typeof runAction>>[] = [];
  for (const { uses = '', run, with: given = {} } of await readSteps(name)) {
    if (run !== undefined && !run.includes('${{')) {
      execFileSync('bash', ['-eo', 'pipefail', '-c', run], { cwd, env, stdio: 'pipe' });
    }
    if (!uses.startsWith('org/actions/perf-regression@')) continue;
    const full_name = String(github.context.repository);
    const event = { repository: { full_name, default_branch: 'main' }, ...options.event };
    results.push(
      await runAction({
        action,
        cwd,
        with: inputsOf({ with: given }),
        env: { GOCACHE: env.GOCACHE, GOFLAGS: env.GOFLAGS, GOTOOLCHAIN: env.GOTOOLCHAIN },
        github: {
          ...github.context,
          event,
          ref: 'refs/heads/main',
          sha: git(cwd, 'rev-parse', 'HEAD'),
          run_id: options.runId ?? '1',
        },
        trackFiles: false,
        timeoutMs: TIMEOUT_MS,
      }),
    );
  }
  const [result] = results;
  if (result === undefined) throw new Error(`the example ${name} does not use the action`);
  return result;
}

describe.skipIf(!goTool.path)(`examples of the README with Go ${goTool.needs}`, () => {
  test('the first example compares with the history in its second run', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const cwd = repository.clone();
    await using first = await runExample('first', cwd);
    expect(first.exitCode, first.log).toBe(0);
    expect(first.outputs.verdict).toBe('unknown');
    await using second = await runExample('first', cwd, { runId: '2' });
    expect(second.exitCode, second.log).toBe(0);
    expect(second.log).toContain('1 run of history');
    expect(second.outputs['history-file']).toContain('perf-history:v1/default/');
  });

  test('compares with the base, by hand and with mode: run', {
    timeout: TIMEOUT_MS,
  }, async () => {
    for (const name of ['base', 'run']) {
      rmSync(join(repository.remote, '../base'), { recursive: true, force: true });
      const cwd = repository.clone();
      commit(cwd, goFiles(8000));
      await using slow = await runExample(name, cwd);
      expect(slow.exitCode, slow.log).toBe(1);
      expect(slow.outputs, slow.log).toMatchObject({ verdict: 'fail', regressions: '1' });
      expect(slow.outputs.worst).toMatch(/Sum time \+\d+/);
    }
  });
});

describe('examples of the README', () => {
  test('records criterion results of a push', async () => {
    const cwd = repository.clone();
    const standIn = { cargo: `cp -r '${fixtures}/criterion/target' target` };
    await using result = await runExample('history', cwd, { standIn });
    expect(result.exitCode, result.log).toBe(0);
    expect(result.log).toContain('(criterion)');
    expect(result.outputs['history-file']).toContain('perf-history:');
  });

  test('applies rules', async () => {
    const cwd = repository.clone();
    const numbers = { memory: 4e8, rss: 4e8, coverage: 85, vulnerabilities: 0, runtime: 10 };
    const all = {
      ...numbers,
      'counter/inc': 9,
      migration_seconds: 20,
      stats: { success_rate: 93 },
    };
    mkdirSync(join(cwd, 'previous'));
    writeFileSync(join(cwd, 'metadata.json'), JSON.stringify({ ...all, coverage: 79 }));
    writeFileSync(join(cwd, 'image.json'), JSON.stringify({ image_size: 5e8 }));
    writeFileSync(join(cwd, 'previous/metadata.json'), JSON.stringify(all));
    await using result = await runExample('rules', cwd);
    expect(result.outputs, result.log).toMatchObject({ verdict: 'fail', regressions: '1' });
    expect(result.outputs.worst).toContain('coverage');
  });

  test('runs with a label', async () => {
    const cwd = repository.clone();
    const standIn = { pytest: `cp '${fixtures}/pytest/bench.json' new.json` };
    await using result = await runExample('label', cwd, { standIn });
    expect(result.exitCode, result.log).toBe(0);
    expect(result.log).toContain('(pytest)');
  });

  test('publishes the report of a fork in a second workflow', async () => {
    const cwd = repository.clone();
    commit(cwd, { 'changed.txt': '' });
    const sha = git(cwd, 'rev-parse', 'HEAD');
    const head = { repository: 'mona/fork', branch: 'faster', sha };
    github.state.pulls.push({ number: 1, state: 'open', base: 'main', head });
    const { apiUrl, context } = github;
    await fetch(`${apiUrl}/repos/${context.repository}/issues`, {
      method: 'POST',
      headers: { authorization: `Bearer ${context.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'A change' }),
    });
    const before = 'BenchmarkSum 1 100 ns/op\n'.repeat(6);
    writeFileSync(join(folder, 'before.txt'), before);
    writeFileSync(join(folder, 'after.txt'), before.replaceAll('100', '150'));
    const go = `if [ -f changed.txt ]; then cat '${folder}/after.txt'; else cat '${folder}/before.txt'; fi`;
    const fork = {
      number: 1,
      labels: [],
      base: {},
      head: { sha, repo: { full_name: head.repository } },
    };
    await using forkRun = await runExample('leave', cwd, {
      standIn: { go },
      event: { pull_request: fork },
    });
    expect(forkRun.outputs.verdict, forkRun.log).toBe('fail');
    mkdirSync(join(cwd, 'perf-report'));
    cpSync(forkRun.outputs['report-file'] ?? '', join(cwd, 'perf-report/report.json'));
    const run = {
      event: 'pull_request',
      head_sha: sha,
      head_branch: 'faster',
      head_repository: { full_name: head.repository },
    };
    await using posted = await runExample('post', cwd, { event: { workflow_run: run } });
    expect(posted.exitCode, posted.log).toBe(0);
    expect(github.state.comments).toMatchObject([{ issue: 1 }]);
  });

  test('imports the history of github-action-benchmark', async () => {
    const pages = repository.clone();
    git(pages, 'checkout', '--quiet', '-b', 'gh-pages');
    const benches = [{ name: 'BenchmarkSum', value: 100, unit: 'ns/op' }];
    const runs = [{ commit: { id: 'a'.repeat(40) }, date: 1e12, tool: 'go', benches }];
    const data = JSON.stringify({ entries: { 'Go Benchmark': runs } });
    commit(pages, { 'dev/bench/data.js': `window.BENCHMARK_DATA = ${data}` });
    git(pages, 'push', '--quiet', 'origin', 'gh-pages');
    const cwd = repository.clone();
    const output = join(folder, 'go-output.txt');
    writeFileSync(output, 'pkg: example.org/shop\nBenchmarkSum-4 1 101 ns/op\n');
    await using result = await runExample('move', cwd, { standIn: { go: `cat '${output}'` } });
    expect(result.exitCode, result.log).toBe(0);
    expect(result.outputs.message).toContain('1 imported run and 1 metric of this run');
    expect(readdirSync(cwd)).not.toContain('.perf-history');
    const files = git(repository.remote, 'ls-tree', '-r', '--name-only', 'perf-history');
    expect(files.split('\n')).toHaveLength(2);
  });
});
