import { describe, expect, it } from 'vitest';
import { find, fixture, names, read } from '../testing/read-fixture.ts';

describe('json, custom, coverage, openmetrics, size-limit and lighthouse', () => {
  it('json: names values by path, infers units and directions, and does not gate timestamps', async () => {
    const path = 'by-hand/metadata.json';
    const { measurements, failures } = await fixture(path);
    const value = (name: string) => measurements.find(({ benchmark }) => benchmark === name);
    expect(value('stats.success_rate')).toMatchObject({ better: 'higher', kind: 'exact' });
    expect(value('stats.average_latency_ms')).toMatchObject({ unit: 'ns', centre: 792_960_000 });
    expect(value('stats.proxies_per_second')).toMatchObject({
      unit: 'proxies/s',
      better: 'higher',
    });
    expect(value('image.sizeBytes')).toMatchObject({ unit: 'B', better: 'lower' });
    expect(value('phase_summaries.test.working')).toMatchObject({ centre: 7247 });
    expect(value('cache_bust')).toMatchObject({ better: 'none' });
    expect(value('runtimeSeconds')).toMatchObject({ kind: 'sampled', samples: { length: 3 } });
    expect(failures).toMatchObject([{ benchmark: 'stats.missing', state: 'no-value', line: 10 }]);
  });

  it('json: an absent number is missing, not 0', () => {
    const { measurements } = read('{"total_proxies": 8594, "chosen_proxies": 1000}');
    expect(names({ measurements })).toEqual(['total_proxies', 'chosen_proxies']);
  });

  it('json: reads counts of vulnerabilities and outdated dependencies', () => {
    expect(read('{"vulnerabilities": {"high": 2}, "outdated": 3}').measurements).toMatchObject([
      { benchmark: 'vulnerabilities.high', better: 'lower', kind: 'exact', centre: 2 },
      { benchmark: 'outdated', better: 'lower', centre: 3 },
    ]);
  });

  it('custom: reads percentages, ranges and free memory', async () => {
    expect((await fixture('by-hand/custom.json')).measurements).toMatchObject([
      { benchmark: 'parse', unit: 'ns', spread: { low: 12_000_000, high: 13_000_000 } },
      { benchmark: 'requests', better: 'higher', spread: { low: 66.5, high: 73.5 } },
      { benchmark: 'free memory', unit: 'B', better: 'higher' },
      { benchmark: 'memory', unit: 'B', better: 'lower', centre: 104_857_600 },
      { benchmark: 'CPU load', unit: '%', better: 'lower' },
    ]);
  });

  it('coverage: a higher percentage is better for every tool', async () => {
    const paths = ['coverage-summary.json', 'coverage-py.json', 'cobertura.xml', 'lcov.info'];
    for (const path of paths) {
      for (const one of (await fixture(`covered/${path}`)).measurements) {
        expect(one).toMatchObject({ benchmark: 'coverage', unit: '%', better: 'higher' });
      }
    }
    expect(await find('covered/lcov.info', 'coverage', 'branches')).toMatchObject({ centre: 50 });
  });

  it('openmetrics: reads labels, units, the mean of a histogram, and NaN', async () => {
    const { measurements, failures } = await fixture('openmetrics/metrics.txt');
    expect(measurements).toMatchObject([
      { benchmark: 'build_duration_seconds{job="a \\"quoted\\" job"}', unit: 'ns', centre: 12.5e9 },
      { benchmark: 'image_size_bytes', unit: 'B', better: 'lower' },
      { benchmark: 'requests_total{code="200"}', better: 'unknown' },
      { benchmark: 'latency_seconds', metric: 'mean', centre: expect.closeTo(0.95e9 / 3, 3) },
      { benchmark: 'work_seconds', metric: 'mean' },
    ]);
    expect(failures).toMatchObject([{ benchmark: 'ratio_nan', state: 'not-a-number', line: 10 }]);
  });

  it('size-limit: reports an exceeded limit in addition to the size', async () => {
    const { measurements, failures } = await fixture('size-limit/output.json');
    expect(measurements[0]).toMatchObject({ benchmark: 'library', unit: 'B', centre: 40 });
    expect(failures).toMatchObject([
      { benchmark: 'library', reason: 'is over its limit of 10 bytes' },
    ]);
  });

  it('lighthouse: reads scores from 0 to 100, names without the port, and failed audits', async () => {
    const { measurements, failures } = await fixture('by-hand/lighthouse.json');
    expect(measurements[0]).toMatchObject({
      benchmark: '/shop?page=2',
      metric: 'performance-score',
      centre: 97,
      better: 'higher',
    });
    expect(failures.map(({ metric, line }) => [metric, line])).toEqual([
      ['seo-score', 7],
      ['speed-index', 13],
    ]);
  });
});
