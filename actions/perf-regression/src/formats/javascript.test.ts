import { describe, expect, it } from 'vitest';
import { fixture, names, read } from '../testing/read-fixture.ts';

describe('vitest, tinybench, benchmark.js', () => {
  it.each(['v3', 'v4'])(
    'vitest %s: reads summaries and reports a benchmark that threw',
    async (version) => {
      const { measurements, failures } = await fixture(`vitest/${version}.json`);
      expect(names({ measurements })).toEqual([
        'numbers.bench.js > fib > of 5',
        'numbers.bench.js > fib > of 15',
        'numbers.bench.js > fib > nested > of 5',
      ]);
      expect(measurements.every(({ kind, unit }) => kind === 'summary' && unit === 'ns')).toBe(
        true,
      );
      expect(failures).toMatchObject([{ benchmark: 'broken.bench.js > broken > throws' }]);
    },
  );

  it('vitest 5: reads benchmarks in tests without absolute paths', async () => {
    const { measurements, failures } = await fixture('vitest/v5-reporter.json');
    expect(names({ measurements })).toContain('numbers.bench.js > fib > several > of 15');
    expect(failures).toMatchObject([
      { benchmark: 'numbers.bench.js > broken', state: 'failed', reason: 'Error: no table' },
    ]);
    expect(names(await fixture('vitest/v5-result.json'))).toEqual(['v5-result']);
  });

  it('vitest 5: keeps files with the same name apart', () => {
    const test = (name: string) =>
      `{"name": "${name}", "assertionResults": [{"title": "t", "benchmarks": [{"tasks": [` +
      '{"name": "b", "latency": {"p50": 1}}]}]}]}';
    const text = `{"testResults": [${test('/r/a/x.bench.ts')}, ${test('/r/b/x.bench.ts')}]}`;
    expect(names(read(text))).toEqual(['a/x.bench.ts > t > b', 'b/x.bench.ts > t > b']);
  });

  it.each(['v2', 'v3', 'v6'])(
    'tinybench %s: reads tasks, errors and the table',
    async (version) => {
      const { measurements, failures } = await fixture(`tinybench/tasks-${version}.json`);
      expect(measurements).toMatchObject([
        { benchmark: 'of 5', kind: 'sampled', unit: 'ns', samples: { length: 12 } },
        { benchmark: 'of 15' },
      ]);
      expect(failures).toMatchObject([{ benchmark: 'broken', state: 'failed' }]);
      const table = await fixture(`tinybench/table-${version}.json`);
      for (const [index, { centre }] of table.measurements.entries()) {
        const ratio = centre / (measurements[index]?.centre ?? Number.NaN);
        expect(ratio).toBeGreaterThan(0.05);
        expect(ratio).toBeLessThan(20);
      }
    },
  );

  it('benchmark.js: reads names with an x and an error without a message', async () => {
    const { measurements, failures } = await fixture('benchmarkjs/output.txt');
    expect(names({ measurements })).toEqual(['fib(10)', 'fib x 20 & more', 'slow']);
    expect(measurements[0]).toMatchObject({ unit: 'ops/s', better: 'higher', kind: 'summary' });
    expect(failures).toMatchObject([{ benchmark: 'broken', state: 'failed', line: 4 }]);
  });
});
