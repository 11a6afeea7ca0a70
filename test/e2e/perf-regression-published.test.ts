import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import { runAction } from '@repo/testkit/runner/run-action';
import { describe, expect, test } from 'vitest';
import { FORMATS } from '../../actions/perf-regression/src/formats/registry.ts';

const action = fileURLToPath(new URL('../../actions/perf-regression', import.meta.url));
const data = fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** The format that `format: auto` has to detect for each file. */
const TABLE: Readonly<Record<string, string>> = {
  'benchmarkdotnet.json': 'benchmarkdotnet',
  'benchmarkjs_output.txt': 'benchmarkjs',
  'benchmarkluau_output.txt': 'luau',
  'cargo_output.txt': 'cargo',
  'cargo_output2.txt': 'cargo',
  'cargo_output3.txt': 'cargo',
  'cargo_output_units.txt': 'cargo',
  'catch2_output_v2.txt': 'catch2',
  'catch2_output_v3.txt': 'catch2',
  // `--output-format bencher` is the format of libtest.
  'criterion_output.txt': 'cargo',
  'customBiggerIsBetter_output.json': 'custom',
  'customSmallerIsBetter_output.json': 'custom',
  'customSmallerIsBetter_output2.json': 'custom',
  'go_fiber_duplicate_names_output.txt': 'go',
  'go_fiber_output.txt': 'go',
  'go_output.txt': 'go',
  'go_single_package_output.txt': 'go',
  'googlecpp_output.json': 'googlebenchmark',
  'issue16_output.txt': 'catch2',
  'jmh_output.json': 'jmh',
  'jmh_output_2.json': 'jmh',
  'julia_output.json': 'julia',
  'pytest_output.json': 'pytest',
  'pytest_several_units.json': 'pytest',
};

async function compare(results: string, baseline: string, metrics = '') {
  const cwd = await mkdtemp(join(tmpdir(), 'perf-published-'));
  try {
    await using result = await runAction({ action, cwd, with: { results, baseline, metrics } });
    const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
    return { ...result.outputs, ...report.result };
  } finally {
    await rm(cwd, { recursive: true });
  }
}

test('action.yml lists every format', async () => {
  const { inputs } = await readActionManifest(action);
  const description = inputs.find(({ name }) => name === 'format')?.description ?? '';
  expect(description.match(/[\w-]+/g)).toEqual(expect.arrayContaining([...FORMATS.keys()]));
  expect([...FORMATS.keys()]).toEqual(expect.arrayContaining(Object.values(TABLE)));
});

// The sample data are not in the repository, so these tests run only if they exist.
if (existsSync(data)) {
  describe('published output of benchmark tools', () => {
    test('the table contains every file', () => {
      expect(readdirSync(join(data, 'benchmarks')).toSorted()).toEqual(
        Object.keys(TABLE).toSorted(),
      );
    });

    test.each(Object.entries(TABLE))(
      '%s has the format %s, and no regression compared with itself',
      async (file, format) => {
        const path = join(data, 'benchmarks', file);
        const result = await compare(path, path);
        expect(result.format).toBe(format);
        expect(result.regressions).toBe('0');
        expect(result.missing).toBe('0');
        expect(result.rows.length).toBeGreaterThan(0);
      },
    );
  });

  describe('metadata.json of consecutive runs of an aggregator', () => {
    const files = readdirSync(join(data, 'metadata')).toSorted();
    const getPath = (number: number) =>
      join(data, 'metadata', files.find((file) => file.startsWith(`${number}.`)) ?? '');
    const metrics = [
      '- {match: "*", better: none}',
      '- {path: $.stats.success_rate, better: higher}',
      '- {path: $.stats.average_latency_ms, better: lower, exact: true}',
    ].join('\n');
    const judged = (before: number, after: number) =>
      compare(getPath(after), getPath(before), metrics);

    test.each([
      [29, 30, 'pass'],
      [30, 31, 'pass'],
      [31, 32, 'pass'],
      [32, 33, 'pass'],
      [33, 34, 'pass'],
      [34, 35, 'pass'],
      [39, 40, 'pass'],
      // Latency rose by 40% because of another workload.
      [35, 39, 'fail'],
      [39, 35, 'pass'],
    ])('%i → %i: %s', async (before, after, verdict) => {
      const result = await judged(before, after);
      expect(result.verdict, result.message).toBe(verdict);
      if (verdict === 'fail') expect(result.worst).toMatch(/^stats\.average_latency_ms \+40\.2%/);
    });

    test.each([
      [35, 36],
      [40, 38],
    ])('%i → %i: absent statistics are missing, not zero', async (before, after) => {
      const result = await judged(before, after);
      expect(result.verdict).toBe('unknown');
      expect(result.rows.filter(({ state }: { state: string }) => state === 'fail')).toEqual([]);
      expect(result.rows).toContainEqual(
        expect.objectContaining({ benchmark: 'stats.success_rate', state: 'missing' }),
      );
    });

    test('28 → 29: added statistics are new', async () => {
      expect((await judged(28, 29)).rows).toContainEqual(
        expect.objectContaining({ benchmark: 'stats.success_rate', state: 'new' }),
      );
    });
  });
}
