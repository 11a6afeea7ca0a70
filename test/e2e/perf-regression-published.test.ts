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

/** What wrote each file; `format: auto` has to find it out. */
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
  // `--output-format bencher`: libtest's.
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

async function compared(results: string, baseline: string, metrics = '') {
  const cwd = await mkdtemp(join(tmpdir(), 'perf-published-'));
  try {
    await using result = await runAction({ action, cwd, with: { results, baseline, metrics } });
    const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
    return { ...result.outputs, ...report.result };
  } finally {
    await rm(cwd, { recursive: true });
  }
}

test('action.yml names every format, those of the table among them', async () => {
  const { inputs } = await readActionManifest(action);
  const told = inputs.find(({ name }) => name === 'format')?.description ?? '';
  expect(told.match(/[\w-]+/g)).toEqual(expect.arrayContaining([...FORMATS.keys()]));
  expect([...FORMATS.keys()]).toEqual(expect.arrayContaining(Object.values(TABLE)));
});

// The sample data belong to no clone: what depends on them is tried where they are, and is no test
// that a machine without them lacks.
if (existsSync(data)) {
  describe('what the tools of others wrote', () => {
    test('the table has every file', () => {
      expect(readdirSync(join(data, 'benchmarks')).toSorted()).toEqual(
        Object.keys(TABLE).toSorted(),
      );
    });

    test.each(Object.entries(TABLE))(
      '%s is of %s; beside itself nothing is worse',
      async (file, format) => {
        const path = join(data, 'benchmarks', file);
        const result = await compared(path, path);
        expect(result.format).toBe(format);
        expect(result.regressions).toBe('0');
        expect(result.missing).toBe('0');
        expect(result.rows.length).toBeGreaterThan(0);
      },
    );
  });

  describe('metadata.json of an aggregator, run after run', () => {
    const files = readdirSync(join(data, 'metadata')).toSorted();
    const of = (number: number) =>
      join(data, 'metadata', files.find((file) => file.startsWith(`${number}.`)) ?? '');
    const metrics = [
      '- {match: "*", better: none}',
      '- {path: $.stats.success_rate, better: higher}',
      '- {path: $.stats.average_latency_ms, better: lower, exact: true}',
    ].join('\n');
    const judged = (before: number, after: number) => compared(of(after), of(before), metrics);

    test.each([
      [29, 30, 'pass'],
      [30, 31, 'pass'],
      [31, 32, 'pass'],
      [32, 33, 'pass'],
      [33, 34, 'pass'],
      [34, 35, 'pass'],
      [39, 40, 'pass'],
      // Latency rose by 40 %: another workload, but by its figures it is worse.
      [35, 39, 'fail'],
      [39, 35, 'pass'],
    ])('%i → %i: %s', async (before, after, verdict) => {
      const result = await judged(before, after);
      expect(result.verdict, result.message).toBe(verdict);
      if (verdict === 'fail') expect(result.worst).toMatch(/^stats\.average_latency_ms \+40\.2 %/);
    });

    test.each([
      [35, 36],
      [40, 38],
    ])('%i → %i: what has no statistics is missing them, never zero', async (before, after) => {
      const result = await judged(before, after);
      expect(result.verdict).toBe('unknown');
      expect(result.rows.filter(({ state }: { state: string }) => state === 'fail')).toEqual([]);
      expect(result.rows).toContainEqual(
        expect.objectContaining({ benchmark: 'stats.success_rate', state: 'missing' }),
      );
    });

    test('28 → 29: statistics that are there for the first time are new', async () => {
      expect((await judged(28, 29)).rows).toContainEqual(
        expect.objectContaining({ benchmark: 'stats.success_rate', state: 'new' }),
      );
    });
  });
}
