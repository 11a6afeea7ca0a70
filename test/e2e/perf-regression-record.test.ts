import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLocalCache } from '@repo/testkit/cache/local-cache';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import type { GitHubContext } from '@repo/testkit/runner/job-context';
import { runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { go } from './perf/go-output.ts';
import { schemaErrors } from './perf/report-schema.ts';

const action = fileURLToPath(new URL('../../actions/perf-regression', import.meta.url));
const suite = { Parse: 1000, Render: 50_000, Sort: 700, Hash: 90 };
/** Many consecutive runs of the bundle. */
const TIMEOUT_MS = 60_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-record-'));
  await writeFile(join(folder, 'new.txt'), go(suite, 1));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (
  number: number,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  github: Partial<GitHubContext> = {},
) =>
  runAction({
    action,
    cwd: folder,
    with: { results: 'new.txt', ...inputs },
    github: { run_id: String(number), sha: String(number).padStart(40, '0'), ...github },
    env,
    debug: true,
    trackFiles: false,
  });

/** The cache library looks for the service of github.com only there. */
const onGitHub = ({ context }: LocalGitHub) => ({ ...context, server_url: 'https://github.com' });

describe('mode: record', () => {
  test('records without judging, and later runs compare with it', async () => {
    await using first = await run(1, { mode: 'record', store: 'file' });
    expect(first.exitCode, first.log).toBe(0);
    expect(first.outputs).toMatchObject({ verdict: 'pass', regressions: '0' });
    expect(first.outputs.message).toMatch(/^Recorded 4 metrics of this run of default on /);
    expect(first.outputs['history-file']).toContain('.perf-history/v1/default/');
    expect(await schemaErrors(first)).toEqual([]);
    await using second = await run(2, { store: 'file' });
    expect(second.outputs.verdict, second.log).toBe('pass');
    expect(second.log).toContain('1 run of history');
    expect(await schemaErrors(second)).toEqual([]);
  });

  test('requires a store and results', async () => {
    await using none = await run(1, { mode: 'record', store: 'none' });
    expect(none.log).toContain('store: cannot be none with mode: record');
    await using empty = await run(1, { mode: 'record', results: '' });
    expect(empty.log).toContain('results: is required');
    await using elsewhere = await run(1, { import: 'data.js', store: 'file' });
    expect(elsewhere.log).toContain('import: has no effect with mode: auto');
  });
});

describe('import of the history of github-action-benchmark', () => {
  const dataJs = (tool: string, names: Readonly<Record<string, number>>, unit: string) => {
    const runs = Array.from({ length: 40 }, (_, index) => ({
      commit: { id: String(index + 1).padStart(40, 'a'), timestamp: '2026-01-01T00:00:00Z' },
      date: Date.parse('2026-01-01T00:00:00Z') + index * 86_400_000,
      tool,
      benches: Object.entries(names).map(([name, value], bench) => ({
        name,
        unit,
        range: '± 3',
        value: value * (1 + ((index * 3 + bench * 5) % 7) / 700),
      })),
    }));
    return `window.BENCHMARK_DATA = ${JSON.stringify({ lastUpdate: 1, repoUrl: '', entries: { 'Go Benchmark': runs } })}`;
  };

  test('maps names of go, compares later runs, and can be repeated', async () => {
    const names = Object.fromEntries(
      Object.entries(suite).map(([name, ns]) => [`Benchmark${name}`, ns]),
    );
    await writeFile(join(folder, 'data.js'), dataJs('go', names, 'ns/op'));
    const inputs = { mode: 'record', store: 'file', import: 'data.js' };
    for (const time of [1, 2]) {
      await using imported = await run(1, inputs);
      expect(imported.exitCode, `${time}: ${imported.log}`).toBe(0);
      expect(imported.outputs.message).toContain('40 imported runs and 4 metrics of this run');
    }
    await using same = await run(2, { store: 'file' });
    expect(same.outputs, same.log).toMatchObject({ verdict: 'pass', missing: '0' });
    expect(same.log).toContain('41 runs of history');
    await writeFile(join(folder, 'new.txt'), go({ ...suite, Parse: 1300 }, 1));
    await using slow = await run(3, { store: 'file' });
    expect(slow.outputs).toMatchObject({ verdict: 'warn' });
    expect(slow.outputs.worst).toContain('example.org/shop.Parse time +');
  });

  test('imports without results, and rejects an unknown suite', async () => {
    await writeFile(join(folder, 'data.js'), dataJs('cargo', { bench_fib: 254 }, 'ns/iter'));
    await using alone = await run(1, {
      results: '',
      mode: 'record',
      store: 'file',
      import: 'data.js',
    });
    expect(alone.outputs.message, alone.log).toMatch(/^Recorded 40 imported runs of default/);
    const two = (await readFile(join(folder, 'data.js'), 'utf8')).replace(
      '"Go Benchmark":',
      '"Other": [], "Third": [{"commit": {"id": "abcdef1"}, "benches": [{"name": "a", "value": 1, "unit": "ns"}]}], "Go Benchmark":',
    );
    await writeFile(join(folder, 'data.js'), two);
    await using unknownSuite = await run(1, {
      results: '',
      mode: 'record',
      store: 'file',
      import: 'data.js',
    });
    expect(unknownSuite.exitCode).toBe(1);
    expect(unknownSuite.log).toContain('Use one of Third, Go Benchmark');
  });

  test('an invalid or missing file is an error with its name', async () => {
    await writeFile(join(folder, 'data.js'), 'window.BENCHMARK_DATA = {"entries": {"a": [');
    await using broken = await run(1, { mode: 'record', store: 'file', import: 'data.js' });
    expect(broken.exitCode).toBe(1);
    expect(broken.log).toContain('data.js:1');
    await using absent = await run(1, { mode: 'record', store: 'file', import: 'nowhere.js' });
    expect(absent.log).toContain('does not exist');
  });
});

describe('store: cache', () => {
  test('saves an entry with all earlier runs, and deletes the older ones', {
    timeout: TIMEOUT_MS,
  }, async () => {
    await using github = await startLocalGitHub();
    const { caches } = github.state;
    await using cache = await startLocalCache(caches);
    const inputs = { store: 'cache', record: 'always' };
    const next = (number: number, more = {}) =>
      run(number, { ...inputs, ...more }, cache.env, onGitHub(github));
    await using first = await next(1);
    expect(first.outputs.verdict, first.log).toBe('unknown');
    expect(first.outputs['history-file']).toMatch(/^cache:v1\/default\//);
    const [entry] = caches;
    if (entry === undefined) throw new Error('nothing was saved');
    // Another branch, another tool and another environment have the same prefix or the same file.
    caches.push({ ...entry, id: 101, ref: 'refs/heads/feature' });
    caches.push({ ...entry, id: 102, version: 'of-another-tool' });
    await using arm = await next(2, { environment: 'arm' });
    expect(arm.log).toContain('default has no history on arm yet');
    for (let number = 3; number <= 8; number++) {
      await using again = await next(number);
      expect(again.outputs.verdict, again.log).toBe('pass');
    }
    await using last = await next(9);
    expect(last.log).toContain('7 runs of history');
    const saved = String(last.outputs['history-file']).replace('cache:', '');
    const inArm = String(arm.outputs['history-file']).replace('cache:', '');
    expect(cache.keys()).toEqual([entry.key, entry.key, inArm, saved]);
  });

  test('keeps older entries without the permission to delete them', async () => {
    await using github = await startLocalGitHub({ permissions: { contents: 'read' } });
    await using cache = await startLocalCache(github.state.caches);
    const inputs = { store: 'cache', record: 'always' };
    await using first = await run(1, inputs, cache.env, onGitHub(github));
    await using second = await run(2, inputs, cache.env, onGitHub(github));
    expect([first.exitCode, second.exitCode], second.log).toEqual([0, 0]);
    expect(cache.keys()).toHaveLength(2);
    expect(second.log).toMatch(
      /##\[debug\].*older cache entries were not deleted: .*permissions: actions: /,
    );
    expect(second.log).not.toContain('##[warning]');
  });

  test('a read-only or missing cache does not change the verdict', async () => {
    await using cache = await startLocalCache();
    cache.refuseWrites();
    await using refused = await run(1, { store: 'cache', record: 'always' }, cache.env);
    expect(refused.exitCode, refused.log).toBe(0);
    expect(refused.outputs['history-file']).toBe('');
    expect(refused.log).toContain('was not recorded');
    await using absent = await run(1, { store: 'cache', record: 'always' });
    expect(absent.exitCode, absent.log).toBe(0);
    expect(absent.outputs.verdict).toBe('unknown');
  });
});
