import { describe, expect, it } from 'vitest';
import { find, fixture, read } from './testing/read-fixture.ts';

describe('jmh and benchmarkdotnet', () => {
  it('mode decides direction, parameters belong to the name, forks are runs', async () => {
    const name = 'numbers.Fib.recursive (n=5)';
    const throughput = await find('jmh/bench.json', name, 'throughput');
    expect(throughput).toMatchObject({ unit: 'ops/s', better: 'higher', samples: { length: 6 } });
    expect(throughput.runs).toHaveLength(2);
    const time = await find('jmh/bench.json', name);
    expect(time).toMatchObject({ unit: 'ns', better: 'lower' });
    // The same thing measured in two modes.
    expect(throughput.centre * time.centre).toBeGreaterThan(1e8);
    expect(throughput.centre * time.centre).toBeLessThan(1e10);
  });

  it('histograms of the sample mode, the single shot, and what profilers add', async () => {
    const path = 'jmh/bench.json';
    expect(await find(path, 'numbers.Fib.sampled (n=5)', 'sampled-time')).toMatchObject({
      ...{ kind: 'sampled', samples: { length: 6 }, better: 'lower' },
    });
    expect(await find(path, 'numbers.Fib.once (n=5)', 'single-shot-time')).toBeDefined();
    expect(await find(path, 'numbers.Fib.once (n=5)', 'B/op')).toMatchObject({ better: 'lower' });
    expect(await find(path, 'numbers.Fib.once (n=5)', 'gc.alloc.rate')).toMatchObject({
      better: 'none',
    });
  });

  it('NaN as text is no number', () => {
    const text =
      '[{"benchmark": "a", "mode": "avgt", "primaryMetric": {"score": "NaN", "scoreUnit": "s/op"}}]';
    expect(read(text).failures).toMatchObject([{ benchmark: 'a', state: 'not-a-number', line: 1 }]);
  });

  it('OriginalValues, a null namespace, several jobs, no statistics', async () => {
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
