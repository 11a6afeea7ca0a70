import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commit, git, startRepository } from '@repo/testkit/git/repository';
import { runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { go } from './perf/go-output.ts';

const action = fileURLToPath(new URL('../../actions/perf-regression', import.meta.url));
/** Many consecutive runs of the bundle. */
const TIMEOUT_MS = 120_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-history-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const suite = { Parse: 1000, Render: 50_000, Sort: 700, Hash: 90 };

describe('a history in a folder', () => {
  /** One run of a series on machines that differ by up to 4%. */
  const runOnce = async (
    number: number,
    benchmarks: Readonly<Record<string, number>>,
    { inputs = {}, event = {} }: { inputs?: Readonly<Record<string, string>>; event?: object } = {},
  ) => {
    const machine = 1 + ((number * 7) % 5) / 100;
    const values = Object.entries(benchmarks).map(([name, ns], index) => {
      const own = 1 + ((number * 3 + index * 5) % 7) / 700;
      return [name, ns * machine * own];
    });
    await writeFile(join(folder, 'new.txt'), go(Object.fromEntries(values), 1));
    await using result = await runAction({
      action,
      cwd: folder,
      with: { results: 'new.txt', store: 'file', record: 'always', ...inputs },
      github: { run_id: String(number), sha: String(number).padStart(40, '0'), event },
    });
    const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
    const { verdict = '', worst = '', message = '', 'history-file': file = '' } = result.outputs;
    const { exitCode, summary } = result;
    return { verdict, worst, message, file, exitCode, summary, rows: report.result.rows };
  };

  test('finds a slowdown within 5 runs, keeps failing, and accepts it by label', {
    timeout: TIMEOUT_MS,
  }, async () => {
    expect(await runOnce(1, suite)).toMatchObject({ verdict: 'unknown', exitCode: 0 });
    for (let run = 2; run <= 12; run++) {
      expect(await runOnce(run, suite), `run ${run}`).toMatchObject({ verdict: 'pass' });
    }
    const slow = { ...suite, Parse: 1300 };
    const found = [];
    for (let run = 13; run <= 17; run++) found.push(await runOnce(run, slow));
    expect(found[0]).toMatchObject({ verdict: 'warn', exitCode: 0 });
    const last = found.at(-1);
    expect(last).toMatchObject({ verdict: 'fail', exitCode: 1 });
    expect(last?.worst).toMatch(/Parse time \+(29|30|31)\.\d%/);
    expect(last?.rows[0].since.sha).toBe('13'.padStart(40, '0'));
    expect(last?.rows[0].trend).toHaveLength(17);
    expect(last?.summary).toContain('xychart-beta');
    expect(last?.file).toMatch(/\.json$/);
    // A regressed run is not a baseline.
    for (let run = 18; run <= 26; run++) {
      expect(await runOnce(run, slow), `run ${run}`).toMatchObject({ verdict: 'fail' });
    }
    const labels = [{ name: 'perf-regression-accepted' }];
    const accepted = await runOnce(27, slow, { event: { pull_request: { number: 5, labels } } });
    expect(accepted).toMatchObject({ verdict: 'warn', exitCode: 0 });
    expect(accepted.message).toContain('accepted by label');
    // The accepted level is the new baseline.
    for (let run = 28; run <= 38; run++) {
      expect(await runOnce(run, slow), `run ${run}`).toMatchObject({ verdict: 'pass' });
    }
    const slower = { ...slow, Parse: 1700 };
    for (let run = 39; run <= 42; run++) await runOnce(run, slower);
    expect(await runOnce(43, slower)).toMatchObject({ verdict: 'fail' });
  });

  test('another environment is another series', async () => {
    await runOnce(1, suite);
    const other = await runOnce(2, suite, { inputs: { environment: 'arm' } });
    expect(other.verdict).toBe('unknown');
    expect(other.summary).toContain('default has no history on arm yet');
  });

  test('ignores a file that is not a record', async () => {
    const { file } = await runOnce(1, suite);
    await writeFile(join(file, '../broken.json'), '{"v":1,"benches":7}');
    expect(await runOnce(2, suite)).toMatchObject({ verdict: 'pass' });
  });
});

describe('a history on a branch of a real remote', () => {
  const run = (cwd: string, inputs: Readonly<Record<string, string>>, github = {}) =>
    runAction({
      action,
      cwd,
      with: { results: 'new.txt', record: 'always', ...inputs },
      github: { sha: git(cwd, 'rev-parse', 'HEAD'), ...github },
      trackFiles: false,
    });

  test('twenty concurrent jobs lose no run and force no push', {
    timeout: TIMEOUT_MS,
  }, async () => {
    using repository = startRepository({ 'new.txt': go(suite, 1) });
    git(repository.remote, 'config', 'receive.denyNonFastForwards', 'true');
    const jobs = Array.from({ length: 20 }, (_, job) => ({
      job: `job-${job}`,
      cwd: repository.clone(),
    }));
    await Promise.all(
      jobs.map(async ({ job, cwd }) => {
        await using result = await run(cwd, {}, { job });
        expect(result.exitCode, result.log).toBe(0);
        expect(result.outputs['history-file']).toContain(job);
      }),
    );
    const files = git(repository.remote, 'ls-tree', '-r', '--name-only', 'perf-history').split(
      '\n',
    );
    expect(files).toHaveLength(20);
    expect(git(repository.remote, 'rev-list', '--count', 'perf-history')).toBe('20');
    // The orphan branch contains only the history.
    expect(files.every((file) => file.startsWith('v1/default/'))).toBe(true);
    // The clones are unchanged.
    expect(git(jobs[0]?.cwd ?? '', 'status', '--porcelain')).toBe('');
    expect(git(jobs[0]?.cwd ?? '', 'branch')).not.toContain('perf-history');
  });

  test('squashes the branch after 500 commits', {
    timeout: TIMEOUT_MS,
  }, async () => {
    using repository = startRepository({ 'new.txt': go(suite, 1) });
    const cwd = repository.clone();
    await using first = await run(cwd, {}, { run_id: '1' });
    expect(first.exitCode, first.log).toBe(0);
    const tree = git(repository.remote, 'rev-parse', 'perf-history^{tree}');
    const message = 'many\n\nCommits-since-squash: 499';
    const tip = git(repository.remote, 'commit-tree', tree, '-p', 'perf-history', '-m', message);
    git(repository.remote, 'update-ref', 'refs/heads/perf-history', tip);
    await using second = await run(cwd, {}, { run_id: '2' });
    expect(second.exitCode, second.log).toBe(0);
    expect(git(repository.remote, 'rev-list', '--count', 'perf-history')).toBe('1');
    const files = git(repository.remote, 'ls-tree', '-r', '--name-only', 'perf-history');
    expect(files.split('\n')).toHaveLength(2);
  });

  test('ignores a run on another branch', { timeout: TIMEOUT_MS }, async () => {
    using repository = startRepository({ 'new.txt': go(suite, 1) });
    const main = repository.clone();
    await using _ = await run(main, {}, { run_id: '1' });
    git(main, 'checkout', '--quiet', '-b', 'side');
    commit(main, { 'new.txt': go({ ...suite, Parse: 5000 }, 1) });
    await using __ = await run(main, {}, { run_id: '2' });
    git(main, 'checkout', '--quiet', 'main');
    commit(main, { 'other.txt': 'x' });
    await using result = await run(main, {}, { run_id: '3' });
    expect(result.outputs.verdict, result.log).toBe('pass');
    expect(result.log).toContain('1 run of history');
  });

  test('record: auto records only pushes to the default branch', {
    timeout: TIMEOUT_MS,
  }, async () => {
    using repository = startRepository({ 'new.txt': go(suite, 1) });
    const cwd = repository.clone();
    const event = { repository: { default_branch: 'main', full_name: 'org/shop' } };
    const at = (ref: string, more = {}) =>
      run(cwd, { record: 'auto' }, { ref, event: { ...event, ...more } });
    await using side = await at('refs/heads/side');
    expect(side.outputs['history-file'], side.log).toBe('');
    await using pull = await at('refs/heads/main', { pull_request: { number: 1 } });
    expect(pull.outputs['history-file']).toBe('');
    await using main = await at('refs/heads/main');
    expect(main.outputs['history-file']).toContain('perf-history:v1/default/');
  });

  test('a remote that refuses a push is an error with a remedy', {
    timeout: TIMEOUT_MS,
  }, async () => {
    using repository = startRepository({ 'new.txt': go(suite, 1) });
    await writeFile(join(repository.remote, 'hooks/pre-receive'), '#!/bin/sh\nexit 1\n', {
      mode: 0o755,
    });
    await using result = await run(repository.clone(), {});
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('origin refuses the push to perf-history');
    expect(result.log).toContain('contents: write');
  });
});

test('reads 2,000 runs of history in less than a second', { timeout: TIMEOUT_MS }, async () => {
  const { fileStore } = await import('../../actions/perf-regression/src/history/file-store.ts');
  const store = fileStore(folder);
  const record = (id: number) => ({
    v: 1 as const,
    suite: 's',
    environment: 'e',
    sha: 'a'.repeat(40),
    ref: 'refs/heads/main',
    time: new Date(id * 60_000).toISOString(),
    run: { id: String(id), attempt: '1', job: 'j' },
    env: {},
    status: 'accepted' as const,
    benches: Array.from({ length: 20 }, (_, index) => ({
      id: `b${index}`,
      metric: 'time',
      unit: 'ns',
      better: 'lower' as const,
      kind: 'summary' as const,
      n: 1,
      centre: 1000 + index,
    })),
  });
  const { encodeRecord, recordPath } = await import(
    '../../actions/perf-regression/src/history/record.ts'
  );
  await store.write([record(0)]);
  for (let id = 1; id < 2000; id++) {
    await writeFile(join(folder, recordPath(record(id))), encodeRecord(record(id)));
  }
  const start = performance.now();
  const records = await store.read(record(0));
  expect(performance.now() - start).toBeLessThan(1000);
  expect(records).toHaveLength(2000);
  // One more run removes the oldest.
  await store.write([record(2000)]);
  expect(await readdir(join(folder, 'v1/s/e'))).toHaveLength(2000);
  expect((await store.read(record(0)))[0]?.run.id).toBe('1');
});

test('reports an unreachable remote and the alternatives', async () => {
  await git(folder, 'init', '--quiet');
  await writeFile(join(folder, 'new.txt'), go(suite, 1));
  await using result = await runAction({
    action,
    cwd: folder,
    with: { results: 'new.txt', 'github-token': '' },
  });
  expect(result.outputs.message).toBe(
    "the history branch perf-history of the remote origin cannot be reached: 'origin' does not appear to be a git repository",
  );
  expect(result.stdout).toContain('Run actions/checkout first or set github-token');
});
