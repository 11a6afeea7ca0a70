import { describe, expect, it } from 'vitest';
import { find, fixture, names, read } from '../testing/read-fixture.ts';

describe('go', () => {
  it('names contain the package but not GOMAXPROCS; repeated names are samples', async () => {
    const one = await find('go/two-packages.txt', 'example.test/numbers/fib.Fib10');
    expect(one).toMatchObject({ kind: 'sampled', unit: 'ns', samples: { length: 3 } });
    const other = await find('go/two-packages.txt', 'example.test/numbers/cache.Fib10');
    expect(other.centre).toBeLessThan(one.centre);
    expect((await fixture('go/two-packages.txt')).environment).toMatchObject({
      goos: 'linux',
      gomaxprocs: '2',
    });
  });

  it('keeps names apart that end like GOMAXPROCS', () => {
    expect(names(read('BenchmarkS/n-10 1 5 ns/op\nBenchmarkS/n-20 1 6 ns/op\n'))).toEqual([
      'S/n-10',
      'S/n-20',
    ]);
    expect(names(read('BenchmarkS/n-10-8 1 5 ns/op\nBenchmarkS/n-20-8 1 6 ns/op\n'))).toEqual([
      'S/n-10',
      'S/n-20',
    ]);
  });

  it('-cpu 1,2 gives two benchmarks', async () => {
    expect(names(await fixture('go/cpu.txt'))).toEqual([
      'example.test/numbers/fib.Fib10',
      'example.test/numbers/fib.Fib10-2',
    ]);
  });

  it('reads Unit lines, MB/s and custom metrics', async () => {
    const name = 'example.test/numbers/fib.Metrics';
    expect(await find('go/units.txt', name, 'hits/op')).toMatchObject({ better: 'higher' });
    expect(await find('go/units.txt', name, 'bytes-written')).toMatchObject({
      better: 'lower',
      kind: 'exact',
      unit: 'bytes-written',
      centre: 4096,
    });
    expect(await find('go/units.txt', name, 'throughput')).toMatchObject({
      unit: 'B/s',
      better: 'higher',
    });
    expect(await find('go/units.txt', name, 'B/op')).toMatchObject({ kind: 'exact', centre: 1024 });
    expect(read('BenchmarkX 1 5 ns/op 7 p99-ns/op').measurements[1]).toMatchObject({
      metric: 'p99-ns/op',
      unit: 'ns',
      better: 'lower',
      centre: 7,
    });
  });

  it('reports a failing and a panicking benchmark once, by name', async () => {
    const broken = { benchmark: 'example.test/numbers/fib.Broken', state: 'failed' };
    expect((await fixture('go/failed.txt')).failures).toMatchObject([{ ...broken, line: 13 }]);
    expect((await fixture('go/panicked.txt')).failures).toMatchObject([{ ...broken, line: 6 }]);
  });

  it('reports a package that could not be built', () => {
    const text = 'BenchmarkX 1 5 ns/op\nFAIL\texample.test/other [build failed]\n';
    expect(read(text).failures).toMatchObject([
      { benchmark: 'example.test/other', state: 'failed', line: 2 },
    ]);
  });

  it('finds a result that is interrupted by output', async () => {
    const { centre, line } = await find('go/prints.txt', 'example.test/numbers/fib.Prints');
    expect([centre, line]).toEqual([25.9, 8]);
  });

  it('reports a benchmark that was started, but has no result', () => {
    const text =
      'BenchmarkX\nBenchmarkX-8 1 5 ns/op\nBenchmarkY\nBenchmarkZ\nBenchmarkZ/a 1 2 ns/op\n';
    expect(read(text).failures).toEqual([
      {
        benchmark: 'Y',
        state: 'no-value',
        reason: 'was started, but has no result',
        file: 'f',
        line: 3,
      },
    ]);
  });

  it('reports NaN and infinity, and uses the other lines', () => {
    const result = read('BenchmarkX 1 NaN ns/op\nBenchmarkX 1 5 ns/op\nBenchmarkX 1 +Inf ns/op\n');
    expect(result.measurements).toMatchObject([{ centre: 5, kind: 'summary' }]);
    expect(result.failures).toMatchObject([
      { benchmark: 'X', metric: 'time', state: 'not-a-number' },
    ]);
  });
});
