import { describe, expect, it } from 'vitest';
import { find, fixture, read } from '../testing/read-fixture.ts';

describe('jmh and benchmarkdotnet', () => {
  it('jmh: the mode gives the direction, names contain parameters, forks are runs', async () => {
    const name = 'numbers.Fib.recursive (n=5)';
    const throughput = await find('jmh/bench.json', name, 'throughput');
    expect(throughput).toMatchObject({ unit: 'ops/s', better: 'higher', samples: { length: 6 } });
    expect(throughput.runs).toHaveLength(2);
    const time = await find('jmh/bench.json', name);
    expect(time).toMatchObject({ unit: 'ns', better: 'lower' });
    // The same benchmark in two modes.
    expect(throughput.centre * time.centre).toBeGreaterThan(1e8);
    expect(throughput.centre * time.centre).toBeLessThan(1e10);
  });

  it('jmh: reads histograms, single shots and profilers', async () => {
    const path = 'jmh/bench.json';
    expect(await find(path, 'numbers.Fib.sampled (n=5)', 'sampled-time')).toMatchObject({
      kind: 'sampled',
      samples: { length: 6 },
      better: 'lower',
    });
    expect(await find(path, 'numbers.Fib.once (n=5)', 'single-shot-time')).toBeDefined();
    expect(await find(path, 'numbers.Fib.once (n=5)', 'B/op')).toMatchObject({ better: 'lower' });
    expect(await find(path, 'numbers.Fib.once (n=5)', 'gc.alloc.rate')).toMatchObject({
      better: 'none',
    });
  });

  it('jmh: NaN as text is not a number', () => {
    const text =
      '[{"benchmark": "a", "mode": "avgt", "primaryMetric": {"score": "NaN", "scoreUnit": "s/op"}}]';
    expect(read(text).failures).toMatchObject([{ benchmark: 'a', state: 'not-a-number', line: 1 }]);
  });

  it('benchmarkdotnet: reads OriginalValues, a null namespace, several jobs and missing statistics', async () => {
    const { measurements, failures } = await fixture('by-hand/benchmarkdotnet.json');
    expect(measurements).toMatchObject([
      { benchmark: 'Fib.Recursive(n=10) [Job-A(Runtime=.NET 9.0) [n=10]]', samples: { length: 4 } },
      { metric: 'B/op', kind: 'exact', centre: 32 },
      { benchmark: 'Fib.Recursive(n=10) [Job-B(Runtime=.NET 8.0) [n=10]]', kind: 'summary' },
    ]);
    expect(failures).toMatchObject([
      { benchmark: 'Numbers.Fib.Broken', state: 'failed', line: 33 },
    ]);
  });
});
