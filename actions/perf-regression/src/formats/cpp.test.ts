import { describe, expect, it } from 'vitest';
import { find, fixture, names } from '../testing/read-fixture.ts';

describe('googlebenchmark', () => {
  it('reads repetitions as samples, without aggregates, BigO and RMS', async () => {
    const { measurements } = await fixture('googlebenchmark/repetitions.json');
    expect(new Set(names({ measurements }))).toEqual(
      new Set(['BM_fib/5', 'BM_fib/10', 'BM_fib/15', 'BM_bytes']),
    );
    expect(await find('googlebenchmark/repetitions.json', 'BM_bytes')).toMatchObject({
      kind: 'sampled',
      samples: { length: 3 },
      unit: 'ns',
    });
  });

  it('reads the median as a summary if there are only aggregates', async () => {
    const one = await find('googlebenchmark/aggregates-only.json', 'BM_fib/10');
    expect(one.kind).toBe('summary');
  });

  it('reports an error once, and reads the direction of counters', async () => {
    expect((await fixture('googlebenchmark/repetitions.json')).failures).toMatchObject([
      { benchmark: 'BM_broken', state: 'failed', reason: 'no table' },
    ]);
    const path = 'googlebenchmark/bench.json';
    expect(await find(path, 'BM_bytes', 'items')).toMatchObject({ better: 'higher' });
    expect(await find(path, 'BM_bytes', 'throughput')).toMatchObject({
      better: 'higher',
      unit: 'B/s',
    });
  });
});

describe('catch2', () => {
  it('names contain test case and section; long names are joined', async () => {
    const expected = [
      'Fibonacci > fib 10',
      'Fibonacci > fib 20 and a name that is so long that it takes more than one line of the table',
      'More numbers > sums > fib 10',
    ];
    expect(names(await fixture('catch2/v2.txt'))).toEqual(expected);
    expect(names(await fixture('catch2/v2.xml'))).toEqual(expected);
  });

  it('reads the unit of each line, and the heading of version 3', async () => {
    const { measurements } = await fixture('by-hand/catch2-v3.txt');
    expect(measurements.map(({ centre }) => centre)).toEqual([
      67.6398,
      expect.closeTo(1_255_210, 3),
    ]);
  });

  it.each(['txt', 'xml'])('reports a benchmark that threw (%s)', async (kind) => {
    const { failures } = await fixture(`catch2/broken.${kind}`);
    expect(failures).toMatchObject([{ benchmark: 'Broken > throws', state: 'failed' }]);
    expect(failures[0]?.reason).toContain('no table');
  });
});
