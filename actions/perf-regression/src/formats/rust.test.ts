import { describe, expect, it } from 'vitest';
import { fixture, names, read } from '../testing/read-fixture.ts';

describe('cargo and criterion', () => {
  it('cargo: reads commas, cycles, MB/s and ± as the range', () => {
    const text =
      'test a ... bench:      18,149 ns/iter (+/- 755)\n' +
      'test b x ... bench: 2,835.50 cycles/iter (+/- 14)\n' +
      'test c ... bench: 1911 MS/s (+/- 420)\ntest d ... bench: 10 ns/iter (+/- 2) = 4,546 MB/s\n';
    expect(read(text).measurements).toMatchObject([
      {
        benchmark: 'a',
        centre: 18_149,
        spread: { low: 17_771.5, high: 18_526.5 },
        kind: 'summary',
      },
      { benchmark: 'b x', unit: 'cycles/iter', centre: 2835.5, better: 'lower' },
      { benchmark: 'c', metric: 'throughput', unit: 'MS/s', better: 'higher' },
      { benchmark: 'd', metric: 'time' },
      { benchmark: 'd', metric: 'throughput', unit: 'B/s', centre: 4.546e9 },
    ]);
  });

  it('cargo: reports a benchmark that FAILED', async () => {
    expect((await fixture('cargo/broken-and-logs.txt')).failures).toMatchObject([
      { benchmark: 'broken', state: 'failed', line: 17 },
    ]);
  });

  it('criterion: reads a name in the line before, and ignores changes', async () => {
    const { measurements } = await fixture('criterion/second.txt');
    expect(names({ measurements })).toEqual([
      'fib 10',
      'fib/of a: number/recursive/5',
      'fib/of a: number/recursive/15',
      'bytes/sum',
    ]);
    expect(measurements.every(({ kind, spread }) => kind === 'summary' && spread)).toBe(true);
  });

  it('criterion: reads samples per iteration with the full name', async () => {
    const folder = await fixture('criterion/target');
    const messages = await fixture('criterion/messages.json');
    expect(names(folder).sort()).toEqual(names(messages).sort());
    for (const { samples, centre, unit } of [...folder.measurements, ...messages.measurements]) {
      expect([samples?.length, unit]).toEqual([10, 'ns']);
      expect(centre).toBeLessThan(50_000);
    }
  });

  it('criterion: uses the median of the samples', async () => {
    for (const { samples = [], centre } of (await fixture('criterion/target')).measurements) {
      const sorted = [...samples].sort((a, b) => a - b);
      expect(centre).toBeCloseTo(((sorted[4] ?? 0) + (sorted[5] ?? 0)) / 2, 6);
    }
  });
});
