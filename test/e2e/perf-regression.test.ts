import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HOSTILE } from '@repo/testkit/faults/hostile-text';
import { runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { go } from './perf/go-output.ts';

const action = fileURLToPath(new URL('../../actions/perf-regression', import.meta.url));

let workspace: string;
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'perf-regression-'));
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(workspace, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

function perf(inputs: Readonly<Record<string, string>>, github = {}) {
  return runAction({ action, with: { results: 'new.txt', ...inputs }, cwd: workspace, github });
}

async function readRows(result: { readonly outputs: Readonly<Record<string, string>> }) {
  const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
  return report.result.rows as readonly Record<string, unknown>[];
}

describe('samples of a pull request compared with its base', () => {
  const base = { Parse: 1000, Render: 50_000, Sort: 700, Hash: 90, Join: 4000 };

  test('passes if nothing changed', async () => {
    await write({ 'old.txt': go(base), 'new.txt': go(base) });
    await using result = await perf({ baseline: 'old.txt' });
    expect(result.exitCode, result.log).toBe(0);
    expect(result.outputs).toMatchObject({
      verdict: 'pass',
      regressions: '0',
      missing: '0',
      message: 'No regression in 5 metrics',
    });
    expect(result.annotations).toEqual([]);
  });

  test('30% slower fails with an interval and an annotation', async () => {
    await write({ 'old.txt': go(base), 'new.txt': go({ ...base, Parse: 1300 }) });
    await using result = await perf({ baseline: 'old.txt' });
    expect(result.exitCode, result.log).toBe(1);
    expect(result.outputs).toMatchObject({ verdict: 'fail', regressions: '1' });
    expect(result.outputs.worst).toMatch(/Parse time \+30\.\d%/);
    expect(result.annotations).toEqual([expect.objectContaining({ level: 'error' })]);
    expect(result.summary).toMatch(/2\d\.\d% to \\\+3\d\.\d%, n \\= 10/);
    const [row] = await readRows(result);
    expect(row).toMatchObject({ state: 'fail', method: 'two-sample', samples: [10, 10] });
  });

  test('15% slower warns, and fails with fail-on: warn', async () => {
    await write({ 'old.txt': go(base), 'new.txt': go({ ...base, Parse: 1150 }) });
    await using passes = await perf({ baseline: 'old.txt' });
    expect(passes.exitCode).toBe(0);
    expect(passes.outputs).toMatchObject({ verdict: 'warn', warnings: '1', regressions: '0' });
    await using fails = await perf({ baseline: 'old.txt', 'fail-on': 'warn' });
    expect(fails.exitCode).toBe(1);
  });

  test('too few samples are inconclusive, with the number that would decide', async () => {
    await write({ 'old.txt': go(base, 3), 'new.txt': go({ ...base, Parse: 1300 }, 3) });
    await using result = await perf({ baseline: 'old.txt', 'min-samples': '2' });
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ verdict: 'unknown', inconclusive: '1' });
    expect(result.outputs.message).toContain('samples are too few');
    expect(result.annotations).toEqual([expect.objectContaining({ level: 'warning' })]);
    const [row] = await readRows(result);
    expect(row).toMatchObject({ samplesNeeded: expect.any(Number) });
    await using strict = await perf({
      baseline: 'old.txt',
      'min-samples': '2',
      'fail-on': 'unknown',
    });
    expect(strict.exitCode).toBe(1);
  });

  test('a common shift is unknown unless a reference decides', async () => {
    const all = Object.fromEntries(Object.entries(base).map(([name, ns]) => [name, ns * 1.25]));
    await write({
      'old.txt': go(base),
      'new.txt': go(all),
      'reference.txt': go({ ...all, Hash: 90 }),
    });
    await using shifted = await perf({ baseline: 'old.txt' });
    expect(shifted.exitCode).toBe(0);
    expect(shifted.outputs).toMatchObject({ verdict: 'unknown', inconclusive: '5' });
    expect(Number(shifted.outputs['common-shift'])).toBeCloseTo(1.25, 2);
    expect(shifted.summary).toContain('All 5 benchmarks together changed by');
    await using machine = await perf({ baseline: 'old.txt', normalize: 'reference:*Hash' });
    expect(machine.outputs.verdict).toBe('pass');
    await using code = await perf({
      results: 'reference.txt',
      baseline: 'old.txt',
      normalize: 'reference:*Hash',
    });
    expect(code.outputs).toMatchObject({ verdict: 'fail', regressions: '4' });
    await using off = await perf({ baseline: 'old.txt', normalize: 'off' });
    expect(off.outputs).toMatchObject({ verdict: 'fail', regressions: '5' });
  });
});

describe('benchmarks that cannot be compared', () => {
  test('reports new, missing and renamed benchmarks, and fails with fail-on: missing', async () => {
    await write({
      'old.txt': go({ Parse: 1000, Removed: 10, ReadFile: 300 }),
      'new.txt': go({ Parse: 1000, Added: 20, Read_file: 900 }),
    });
    await using result = await perf({ baseline: 'old.txt' });
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ verdict: 'unknown', missing: '2' });
    expect((await readRows(result)).map(({ state }) => state)).toEqual([
      'missing',
      'renamed',
      'new',
      'unchanged',
    ]);
    await using strict = await perf({ baseline: 'old.txt', 'fail-on': 'missing' });
    expect(strict.exitCode).toBe(1);
    await using declared = await perf({
      baseline: 'old.txt',
      metrics: "- {match: '*Read_file', was: example.org/shop.ReadFile}",
    });
    expect((await readRows(declared))[0]).toMatchObject({
      state: 'fail',
      before: expect.any(Number),
    });
  });

  test.each([
    ['an empty file', '', /new\.txt/],
    ['a file without benchmarks', 'PASS\nok  \texample.org/shop\t0.1s\n', /new\.txt/],
    ['truncated JSON', '{"benchmarks": [{"name": "a", "stats": {"me', /new\.txt/],
  ])('%s is an error', async (_, text, expected) => {
    await write({ 'old.txt': go({ Parse: 1000 }), 'new.txt': text });
    await using result = await perf({ baseline: 'old.txt' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(expected);
    expect(result.outputs.verdict).not.toBe('pass');
  });

  test('reports a failure, an invalid number, another unit and a baseline of 0', async () => {
    const bench = (name: string, unit: string, value: unknown) => ({ name, unit, value });
    await write({
      'old.json': JSON.stringify([
        bench('stable', 'ns', 10),
        bench('broken', 'ns', 10),
        bench('resized', 'MB', 3),
        bench('from zero', 'KB', 0),
      ]),
      'new.json': JSON.stringify([
        bench('stable', 'ns', 10),
        bench('broken', 'ns', 'NaN'),
        bench('resized', 'ns', 3),
        bench('from zero', 'KB', 4),
      ]),
      'old.txt': go({ Parse: 1000, Render: 50 }),
      'new.txt': `${go({ Parse: 1000 })}--- FAIL: BenchmarkRender\nFAIL\texample.org/shop\t1s\n`,
    });
    await using numbers = await perf({ results: 'new.json', baseline: 'old.json' });
    expect(numbers.outputs.verdict, numbers.log).toBe('unknown');
    const rows = await readRows(numbers);
    const getRow = (name: string) => rows.find(({ benchmark }) => benchmark === name);
    expect(getRow('stable')).toMatchObject({ state: 'unchanged' });
    expect(getRow('broken')).toMatchObject({ state: 'failed', reason: 'is not a finite number' });
    expect(getRow('resized')).toMatchObject({
      reason: expect.stringMatching(/may be|unit|baseline/),
    });
    expect(getRow('from zero')).toMatchObject({ reason: expect.stringContaining('baseline is 0') });
    await using failed = await perf({ results: 'new.txt', baseline: 'old.txt' });
    expect(failed.outputs).toMatchObject({ verdict: 'unknown', missing: '1' });
    expect((await readRows(failed))[0]).toMatchObject({
      state: 'failed',
      benchmark: 'example.org/shop.Render',
      reason: 'go test reports FAIL',
    });
  });

  test('does not compare different units', async () => {
    const bmf = (unit: string) => JSON.stringify([{ name: 'size', unit, value: 3, extra: '' }]);
    await write({ 'old.json': bmf('pages'), 'new.json': bmf('blocks') });
    await using result = await perf({
      results: 'new.json',
      baseline: 'old.json',
      metrics: '- {match: size, better: lower}',
    });
    expect(result.outputs.verdict, result.log).toBe('unknown');
    expect((await readRows(result))[0]).toMatchObject({
      state: 'unknown',
      reason: 'its unit changed from pages to blocks',
    });
  });

  test('warns if one of several globs matches no file', async () => {
    await write({ 'old.txt': go({ Parse: 1000 }), 'new.txt': go({ Parse: 1000 }) });
    await using result = await perf({ results: 'new.txt\nlost/*.txt', baseline: 'old.txt' });
    expect(result.outputs.verdict, result.log).toBe('pass');
    expect(result.annotations).toEqual([
      expect.objectContaining({ level: 'warning', message: 'lost/*.txt matches no file' }),
    ]);
  });

  test('no matching file is an error that names the input', async () => {
    await using result = await perf({ results: 'nowhere/*.txt' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('results');
    expect(result.log).toContain('matches no file');
  });

  test('is unknown without a baseline', async () => {
    await write({ 'new.txt': go({ Parse: 1000 }) });
    await using result = await perf({ baseline: 'old/*.txt' });
    expect(result.exitCode).toBe(0);
    expect(result.outputs.verdict).toBe('unknown');
    expect(result.annotations).toEqual([expect.objectContaining({ level: 'warning' })]);
  });
});

describe('exact metrics and rules', () => {
  const metrics = [
    '- {match: image_size, better: lower, warn: +20MB, fail: +50MB}',
    '- {match: coverage, better: higher, fail: 5pp}',
    '- {match: vulnerabilities, better: lower, max: 0}',
    '- {match: outdated_days, better: lower, max: 30}',
    '- {match: migration_seconds, better: lower, max: 60s}',
    '- {match: memory, better: lower, warn: +100MB}',
    '- {match: rss, better: lower, max: 512MB}',
    '- {match: counter/*, better: lower, max: 10ns}',
    '- {path: $.stats.success_rate, better: higher}',
  ].join('\n');
  const before = {
    image_size: 500_000_000,
    coverage: 85,
    vulnerabilities: 0,
    outdated_days: 3,
    migration_seconds: 20,
    memory: 400_000_000,
    rss: 400_000_000,
    'counter/inc': 9,
    stats: { success_rate: 93 },
  };
  const judged = async (change: object) => {
    await write({
      'old.json': JSON.stringify(before),
      'new.json': JSON.stringify({ ...before, ...change }),
    });
    await using result = await perf({
      results: 'new.json',
      baseline: 'old.json',
      format: 'json',
      metrics,
    });
    return `${result.outputs.verdict}: ${result.outputs.message}`;
  };

  test.each([
    ['nothing changed', {}, 'pass'],
    ['a rate that fell by a quarter', { stats: { success_rate: 70 } }, 'fail'],
    ['a rate that rose', { stats: { success_rate: 99 } }, 'pass'],
    ['an image that grew by 51 MB', { image_size: 551_000_000 }, 'fail'],
    ['an image that grew by 50 MB', { image_size: 550_000_000 }, 'warn'],
    ['an image that grew by 21 MB', { image_size: 521_000_000 }, 'warn'],
    ['an image that grew by 20 MB', { image_size: 520_000_000 }, 'pass'],
    ['coverage that fell by 5.1 points', { coverage: 79.9 }, 'fail'],
    ['coverage that fell by 5 points', { coverage: 80 }, 'pass'],
    ['memory that grew by 101 MB', { memory: 501_000_000 }, 'warn'],
    ['memory above its budget', { rss: 512_000_001 }, 'fail'],
    ['a counter above 10 ns', { 'counter/inc': 10.1 }, 'fail'],
    ['a counter at 10 ns', { 'counter/inc': 10 }, 'pass'],
    ['a new vulnerability', { vulnerabilities: 1 }, 'fail'],
    ['outdated dependencies', { outdated_days: 31 }, 'fail'],
    ['a migration of more than a minute', { migration_seconds: 61 }, 'fail'],
    ['a migration of a minute', { migration_seconds: 60 }, 'pass'],
  ])('%s', async (_, change, verdict) => {
    expect(await judged(change)).toMatch(new RegExp(`^${verdict}:`));
  });
});

test('20% and 0.2 are the same threshold, which must be exceeded', async () => {
  await write({
    'old.json': '{"runtime": 100}',
    'same.json': '{"runtime": 120}',
    'more.json': '{"runtime": 120.1}',
  });
  for (const threshold of ['20%', '0.2']) {
    const inputs = {
      baseline: 'old.json',
      format: 'json',
      'fail-threshold': threshold,
      metrics: '- {match: runtime, better: lower, exact: true}',
    };
    await using same = await perf({ ...inputs, results: 'same.json' });
    expect(same.outputs.verdict, same.log).toBe('warn');
    await using more = await perf({ ...inputs, results: 'more.json' });
    expect(more.outputs.verdict).toBe('fail');
  }
});

test('reports all mistakes of a configuration with line and column', async () => {
  await write({ 'new.txt': go({ Parse: 1 }) });
  await using result = await perf({
    baseline: 'old.txt',
    metrics: '- {match: a, warn: 10x}\n- {better: up}\n- {match: b, speed: 3}',
  });
  expect(result.exitCode).toBe(1);
  expect(result.log).toContain('metrics:1:');
  expect(result.log).toContain('metrics:2:');
  expect(result.log).toContain('metrics:3:');
});

test('escapes hostile names in all outputs', async () => {
  const hostile = (value: number) =>
    JSON.stringify(Object.fromEntries(Object.values(HOSTILE).map((name) => [name, value])));
  await write({ 'old.json': hostile(1), 'new.json': hostile(2) });
  await using result = await perf({
    results: 'new.json',
    baseline: 'old.json',
    format: 'json',
    metrics: "- {match: '*', better: lower, exact: true}",
  });
  expect(result.outputs.verdict, result.log).toBe('fail');
  expect(result.env).toEqual({});
  expect(result.deprecatedCommands).toEqual([]);
  expect(result.summary).not.toContain('<script');
  expect(result.summary).not.toContain(HOSTILE.colour);
});

describe('metadata.json of two runs', () => {
  const metadata = (rate: number, latency: number, working: number) =>
    JSON.stringify({
      version: '1.0.0',
      generated_at: '2025-10-31T15:35:20.937021+00:00',
      cache_bust: 1761931422621 + working,
      working_count: working,
      stats: { success_rate: rate, average_latency_ms: latency, total_working: working },
    });
  const metrics = [
    '- {match: stats.success_rate, better: higher}',
    '- {match: stats.average_latency_ms, better: lower, exact: true}',
    '- {match: "*working*", better: higher}',
  ].join('\n');
  const judged = async (before: string, after: string) => {
    await write({ 'metadata.previous.json': before, 'metadata.json': after });
    await using result = await perf({
      results: 'metadata.json',
      baseline: 'metadata.previous.json',
      metrics,
    });
    const { verdict, missing } = result.outputs;
    return { verdict, missing, rows: await readRows(result) };
  };

  test('fails for lower rates and higher latencies', async () => {
    const before = metadata(93.27, 1208, 8016);
    expect((await judged(before, metadata(94.98, 1154, 8163))).verdict).toBe('pass');
    expect((await judged(before, metadata(70, 1208, 8016))).verdict).toBe('fail');
    expect((await judged(before, metadata(93.27, 1600, 8016))).verdict).toBe('fail');
    expect((await judged(before, metadata(93.27, 800, 8016))).verdict).toBe('pass');
  });

  test('absent statistics are missing, not zero', async () => {
    const withoutStats = '{"last_updated_utc": "2025-10-31T14:15:47", "total_proxies": 8594}';
    const { verdict, missing, rows } = await judged(metadata(93.27, 1208, 8016), withoutStats);
    expect(verdict).toBe('unknown');
    expect(Number(missing)).toBeGreaterThanOrEqual(3);
    expect(rows.filter(({ state }) => state === 'fail')).toEqual([]);
  });
});
