import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Measurement } from '../measurement.ts';
import { Collector } from './collector.ts';
import { readResults } from './read-results.ts';
import { detectFormat, FORMATS } from './registry.ts';
import { sourceOf } from './source.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

function read(content: string, format?: string) {
  const source = sourceOf(content, 'f');
  const into = new Collector();
  into.begin('f');
  FORMATS.get(format ?? detectFormat(source) ?? '')?.read(source, into);
  return into.result();
}

const fixture = (path: string) => readResults([join(FIXTURES, path)], 'auto');

async function find(path: string, benchmark: string, metric = 'time'): Promise<Measurement> {
  const { measurements } = await fixture(path);
  const found = measurements.find((one) => one.benchmark === benchmark && one.metric === metric);
  expect(found, `${benchmark} ${metric}`).toBeDefined();
  return found as Measurement;
}

const names = (of: { readonly measurements: readonly Measurement[] }) =>
  of.measurements.map(({ benchmark }) => benchmark);

describe('go', () => {
  it('the package belongs to the name, repeated names are samples, -2 is GOMAXPROCS', async () => {
    const one = await find('go/two-packages.txt', 'example.test/numbers/fib.Fib10');
    expect(one).toMatchObject({ kind: 'sampled', unit: 'ns', samples: { length: 3 } });
    const other = await find('go/two-packages.txt', 'example.test/numbers/cache.Fib10');
    expect(other.centre).toBeLessThan(one.centre);
    expect((await fixture('go/two-packages.txt')).environment).toMatchObject({
      goos: 'linux',
      gomaxprocs: '2',
    });
  });

  it('names that look like the suffix stay apart', () => {
    expect(names(read('BenchmarkS/n-10 1 5 ns/op\nBenchmarkS/n-20 1 6 ns/op\n'))).toEqual([
      'S/n-10',
      'S/n-20',
    ]);
    expect(names(read('BenchmarkS/n-10-8 1 5 ns/op\nBenchmarkS/n-20-8 1 6 ns/op\n'))).toEqual([
      'S/n-10',
      'S/n-20',
    ]);
  });

  it('-cpu 1,2: one benchmark for each', async () => {
    expect(names(await fixture('go/cpu.txt'))).toEqual([
      'example.test/numbers/fib.Fib10',
      'example.test/numbers/fib.Fib10-2',
    ]);
  });

  it('Unit lines decide direction and exactness, MB/s and own metrics are read', async () => {
    const name = 'example.test/numbers/fib.Metrics';
    expect(await find('go/units.txt', name, 'hits/op')).toMatchObject({ better: 'higher' });
    expect(await find('go/units.txt', name, 'bytes-written')).toMatchObject({
      ...{ better: 'lower', kind: 'exact', unit: 'bytes-written', centre: 4096 },
    });
    expect(await find('go/units.txt', name, 'throughput')).toMatchObject({
      ...{ unit: 'B/s', better: 'higher' },
    });
    expect(await find('go/units.txt', name, 'B/op')).toMatchObject({ kind: 'exact', centre: 1024 });
    expect(read('BenchmarkX 1 5 ns/op 7 p99-ns/op').measurements[1]).toMatchObject({
      ...{ metric: 'p99-ns/op', unit: 'ns', better: 'lower', centre: 7 },
    });
  });

  it('a failing and a panicking benchmark are told by name, once', async () => {
    const broken = { benchmark: 'example.test/numbers/fib.Broken', state: 'failed' };
    expect((await fixture('go/failed.txt')).failures).toMatchObject([{ ...broken, line: 13 }]);
    expect((await fixture('go/panicked.txt')).failures).toMatchObject([{ ...broken, line: 6 }]);
  });

  it('a package that was not built is told', () => {
    const text = 'BenchmarkX 1 5 ns/op\nFAIL\texample.test/other [build failed]\n';
    expect(read(text).failures).toMatchObject([
      { benchmark: 'example.test/other', state: 'failed', line: 2 },
    ]);
  });

  it('a result that was torn apart by what the benchmark printed is found', async () => {
    const { centre, line } = await find('go/prints.txt', 'example.test/numbers/fib.Prints');
    expect([centre, line]).toEqual([25.9, 8]);
  });

  it('a benchmark that was begun and has no result is told', () => {
    const text =
      'BenchmarkX\nBenchmarkX-8 1 5 ns/op\nBenchmarkY\nBenchmarkZ\nBenchmarkZ/a 1 2 ns/op\n';
    expect(read(text).failures).toEqual([
      {
        benchmark: 'Y',
        state: 'no-value',
        reason: 'was begun and has no result',
        file: 'f',
        line: 3,
      },
    ]);
  });

  it('NaN and infinity are told, the other lines of the name still count', () => {
    const result = read('BenchmarkX 1 NaN ns/op\nBenchmarkX 1 5 ns/op\nBenchmarkX 1 +Inf ns/op\n');
    expect(result.measurements).toMatchObject([{ centre: 5, kind: 'summary' }]);
    expect(result.failures).toMatchObject([
      { benchmark: 'X', metric: 'time', state: 'not-a-number' },
    ]);
  });
});

describe('cargo and criterion (P19)', () => {
  it('commas, cycles, MB/s; ± is the whole range', () => {
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

  it('a benchmark that FAILED is told', async () => {
    expect((await fixture('cargo/broken-and-logs.txt')).failures).toMatchObject([
      { benchmark: 'broken', state: 'failed', line: 17 },
    ]);
  });

  it('a name in the line before, times only, never the change', async () => {
    const { measurements } = await fixture('criterion/second.txt');
    expect(names({ measurements })).toEqual([
      'fib 10',
      'fib/of a: number/recursive/5',
      'fib/of a: number/recursive/15',
      'bytes/sum',
    ]);
    expect(measurements.every(({ kind, spread }) => kind === 'summary' && spread)).toBe(true);
  });

  it('samples are times for each iteration, under the full name', async () => {
    const folder = await fixture('criterion/target');
    const messages = await fixture('criterion/messages.json');
    expect(names(folder).sort()).toEqual(names(messages).sort());
    for (const { samples, centre, unit } of [...folder.measurements, ...messages.measurements]) {
      expect([samples?.length, unit]).toEqual([10, 'ns']);
      expect(centre).toBeLessThan(50_000);
    }
  });

  it('estimates agree with the samples', async () => {
    for (const { samples = [], centre } of (await fixture('criterion/target')).measurements) {
      const sorted = [...samples].sort((a, b) => a - b);
      expect(centre).toBeCloseTo(((sorted[4] ?? 0) + (sorted[5] ?? 0)) / 2, 6);
    }
  });
});

describe('pytest (P20)', () => {
  it('seconds, all rounds, parameters in the name', async () => {
    const one = await find('pytest/bench.json', 'test_numbers.py::test_fib[3]');
    expect(one).toMatchObject({ kind: 'sampled', unit: 'ns', samples: { length: 8 } });
    expect(one.centre).toBeGreaterThan(50);
    expect(one.centre).toBeLessThan(50_000);
  });

  it('without the rounds, the median is a summary', () => {
    const text =
      '{"machine_info": {}, "benchmarks": [{"fullname": "a", "stats": {"median": 2e-9}}]}';
    expect(read(text).measurements).toMatchObject([{ kind: 'summary', centre: 2 }]);
  });

  it('statistics that are missing, and NaN, are told with their line', () => {
    const text =
      '{"machine_info": {}, "benchmarks": [\n{"fullname": "a", "stats": {}},\n' +
      '{"fullname": "b", "stats": {"median": NaN}},\n' +
      '{"fullname": "c", "stats": {"median": 1, "data": [1, NaN]}}]}';
    expect(read(text).failures).toMatchObject([
      { benchmark: 'a', state: 'no-value', line: 2 },
      { benchmark: 'b', state: 'not-a-number', line: 3 },
      { benchmark: 'c', state: 'not-a-number', line: 4 },
    ]);
  });
});

describe('googlebenchmark', () => {
  it('repetitions are samples; aggregates, BigO and RMS are none', async () => {
    const { measurements } = await fixture('googlebenchmark/repetitions.json');
    expect(new Set(names({ measurements }))).toEqual(
      new Set(['BM_fib/5', 'BM_fib/10', 'BM_fib/15', 'BM_bytes']),
    );
    expect(await find('googlebenchmark/repetitions.json', 'BM_bytes')).toMatchObject({
      ...{ kind: 'sampled', samples: { length: 3 }, unit: 'ns' },
    });
  });

  it('aggregates alone: the median, which claims nothing', async () => {
    const one = await find('googlebenchmark/aggregates-only.json', 'BM_fib/10');
    expect(one.kind).toBe('summary');
  });

  it('an error is told once; counters have their direction', async () => {
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
  it('test case and section belong to the name, long names are put together', async () => {
    const expected = [
      'Fibonacci > fib 10',
      'Fibonacci > fib 20 and a name that is so long that it takes more than one line of the table',
      'More numbers > sums > fib 10',
    ];
    expect(names(await fixture('catch2/v2.txt'))).toEqual(expected);
    expect(names(await fixture('catch2/v2.xml'))).toEqual(expected);
  });

  it('units of each line; version 3 has another heading', async () => {
    const { measurements } = await fixture('by-hand/catch2-v3.txt');
    expect(measurements.map(({ centre }) => centre)).toEqual([
      67.6398,
      expect.closeTo(1_255_210, 3),
    ]);
  });

  it.each(['txt', 'xml'])('a benchmark that threw is told: %s', async (kind) => {
    const { failures } = await fixture(`catch2/broken.${kind}`);
    expect(failures).toMatchObject([{ benchmark: 'Broken > throws', state: 'failed' }]);
    expect(failures[0]?.reason).toContain('no table');
  });
});

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

describe('hyperfine', () => {
  it.each([1, 2])('version %d: times in seconds are samples', async (version) => {
    const one = await find(`hyperfine/v${version}.json`, 'sleep 0.002');
    expect(one).toMatchObject({ kind: 'sampled', unit: 'ns', samples: { length: 6 } });
    expect(one.centre).toBeGreaterThan(2e6);
    expect(one.centre).toBeLessThan(1e9);
  });

  it('version 2 tells the memory too', async () => {
    expect(await find('hyperfine/v2.json', 'true', 'memory')).toMatchObject({
      ...{ unit: 'B', better: 'lower' },
    });
  });

  it('parameters tell commands of one name apart; some runs that failed spoil all', () => {
    const text =
      '{"results": [{"command": "a", "times": [1], "parameters": {"n": "1"}},' +
      '{"command": "a", "times": [2], "parameters": {"n": "2"}},' +
      '{"command": "b", "times": [1, 2], "exit_codes": [0, 1]}]}';
    const { measurements, failures } = read(text);
    expect(names({ measurements })).toEqual(['a (n=1)', 'a (n=2)']);
    expect(failures).toMatchObject([{ benchmark: 'b', state: 'failed' }]);
  });
});

describe('vitest, tinybench, benchmark.js', () => {
  it.each(['v3', 'v4'])(
    'vitest %s: no samples, relative names, what threw is told',
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

  it('vitest 5: benchmarks within tests, absolute paths cut', async () => {
    const { measurements, failures } = await fixture('vitest/v5-reporter.json');
    expect(names({ measurements })).toContain('numbers.bench.js > fib > several > of 15');
    expect(failures).toMatchObject([
      { benchmark: 'numbers.bench.js > broken', state: 'failed', reason: 'Error: no table' },
    ]);
    expect(names(await fixture('vitest/v5-result.json'))).toEqual(['v5-result']);
  });

  it('files of one name in several folders stay apart', () => {
    const test = (name: string) =>
      `{"name": "${name}", "assertionResults": [{"title": "t", "benchmarks": [{"tasks": [` +
      '{"name": "b", "latency": {"p50": 1}}]}]}]}';
    const text = `{"testResults": [${test('/r/a/x.bench.ts')}, ${test('/r/b/x.bench.ts')}]}`;
    expect(names(read(text))).toEqual(['a/x.bench.ts > t > b', 'b/x.bench.ts > t > b']);
  });

  it.each(['v2', 'v3', 'v6'])(
    'tinybench %s: milliseconds, samples, errors; the table agrees',
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

  it('benchmark.js: an x in the name, an error without words', async () => {
    const { measurements, failures } = await fixture('benchmarkjs/output.txt');
    expect(names({ measurements })).toEqual(['fib(10)', 'fib x 20 & more', 'slow']);
    expect(measurements[0]).toMatchObject({ unit: 'ops/s', better: 'higher', kind: 'summary' });
    expect(failures).toMatchObject([{ benchmark: 'broken', state: 'failed', line: 4 }]);
  });
});

describe('k6', () => {
  it('true is a threshold that was crossed in the old summary', async () => {
    expect((await fixture('k6/legacy.json')).failures).toEqual([]);
    expect((await fixture('k6/failed.json')).failures).toMatchObject([
      { benchmark: 'http_req_duration', reason: 'the threshold p(95)<0.0001 was crossed' },
    ]);
  });

  it('handleSummary: ok false; shares are percent, failed ones the fewer the better', () => {
    const text = `{"root_group": {}, "metrics": {
      "http_req_failed": {"type": "rate", "values": {"rate": 0.25, "passes": 1, "fails": 3}},
      "checks": {"values": {"rate": 0.5, "passes": 1, "fails": 1}, "thresholds": {"rate>0.9": {"ok": false}}},
      "own_trend": {"contains": "time", "values": {"med": 2}}}}`;
    const { measurements, failures } = read(text);
    expect(measurements).toMatchObject([
      { benchmark: 'http_req_failed', unit: '%', centre: 25, better: 'lower' },
      { benchmark: 'checks', unit: '%', centre: 50, better: 'higher' },
      { benchmark: 'own_trend', metric: 'med', unit: 'ns', centre: 2e6, better: 'lower' },
    ]);
    expect(failures).toMatchObject([{ benchmark: 'checks', state: 'failed', line: 3 }]);
  });
});

describe('gungraun, julia, asv, bmf', () => {
  it('gungraun: text and JSON say the same; hits are told, not judged', async () => {
    const name = 'numbers::numbers_group::fibonacci long:(15)';
    const json = await find('gungraun/fibonacci.long/summary.json', name, 'instructions');
    const { centre } = await find('gungraun/output.txt', name, 'instructions');
    expect(json).toMatchObject({ kind: 'exact', better: 'lower', centre });
    expect(await find('gungraun/output.txt', name, 'l1-hits')).toMatchObject({ better: 'none' });
  });

  it('gungraun: infinite changes, several tools, older schemas', async () => {
    expect((await fixture('by-hand/gungraun-v2.json')).measurements).toMatchObject([
      { centre: 166 },
    ]);
    expect((await fixture('by-hand/gungraun-v6.json')).measurements).toMatchObject([
      { metric: 'instructions', centre: 166 },
      { metric: 'estimated-cycles', centre: 277 },
      { metric: 'total-bytes', unit: 'B', centre: 512 },
    ]);
  });

  it('julia: groups in groups; trials have samples, estimates none', async () => {
    expect(await find('by-hand/julia.json', 'fib/10')).toMatchObject({ samples: { length: 3 } });
    expect(await find('by-hand/julia.json', 'fib/20')).toMatchObject({ kind: 'summary' });
  });

  it('asv: parameters in order, null failed, NaN was skipped', async () => {
    const { measurements, failures, warnings } = await fixture('asv/results.json');
    expect(names({ measurements })).toContain("numbers.Numbers.time_fib(10, 'plain')");
    expect(failures).toMatchObject([{ benchmark: 'numbers.time_broken', state: 'failed' }]);
    expect(warnings[0]).toBe("numbers.Numbers.time_fib(10, 'twice') was skipped.");
    expect(await find('asv/results.json', 'numbers.mem_list', 'memory')).toMatchObject({
      ...{ kind: 'exact', unit: 'B' },
    });
  });

  it('bmf: known measures have their unit, ignored ones are not judged', async () => {
    const { measurements } = await fixture('by-hand/bmf.json');
    expect(measurements).toMatchObject([
      { metric: 'latency', unit: 'ns', spread: { low: 87.42, high: 88.88 } },
      { metric: 'throughput', unit: 'ops/s', better: 'higher' },
      { metric: 'file-size', unit: 'B', kind: 'exact' },
      { benchmark: 'experiment', better: 'none' },
    ]);
  });
});

describe('numbers of any kind (P4, P5, P10, P12–P14)', () => {
  it('a metadata file: dotted paths, units and directions by name, times are not judged', async () => {
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

  it('what a file does not say is not there: never 0', () => {
    const { measurements } = read('{"total_proxies": 8594, "chosen_proxies": 1000}');
    expect(names({ measurements })).toEqual(['total_proxies', 'chosen_proxies']);
  });

  it('counts of vulnerabilities and of outdated dependencies', () => {
    expect(read('{"vulnerabilities": {"high": 2}, "outdated": 3}').measurements).toMatchObject([
      { benchmark: 'vulnerabilities.high', better: 'lower', kind: 'exact', centre: 2 },
      { benchmark: 'outdated', better: 'lower', centre: 3 },
    ]);
  });

  it('custom: percent, ranges, what is free', async () => {
    expect((await fixture('by-hand/custom.json')).measurements).toMatchObject([
      { benchmark: 'parse', unit: 'ns', spread: { low: 12_000_000, high: 13_000_000 } },
      { benchmark: 'requests', better: 'higher', spread: { low: 66.5, high: 73.5 } },
      { benchmark: 'free memory', unit: 'B', better: 'higher' },
      { benchmark: 'memory', unit: 'B', better: 'lower', centre: 104_857_600 },
      { benchmark: 'CPU load', unit: '%', better: 'lower' },
    ]);
  });

  it('coverage of every tool is percent, the more the better', async () => {
    const paths = ['coverage-summary.json', 'coverage-py.json', 'cobertura.xml', 'lcov.info'];
    for (const path of paths) {
      for (const one of (await fixture(`covered/${path}`)).measurements) {
        expect(one).toMatchObject({ benchmark: 'coverage', unit: '%', better: 'higher' });
      }
    }
    expect(await find('covered/lcov.info', 'coverage', 'branches')).toMatchObject({ centre: 50 });
  });

  it('openmetrics: labels, units, the mean of a histogram, NaN', async () => {
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

  it('size-limit: a limit that was passed is told beside the size', async () => {
    const { measurements, failures } = await fixture('size-limit/output.json');
    expect(measurements[0]).toMatchObject({ benchmark: 'library', unit: 'B', centre: 40 });
    expect(failures).toMatchObject([
      { benchmark: 'library', reason: 'is over its limit of 10 bytes' },
    ]);
  });

  it('lighthouse: scores from 0 to 100, no port in the name, audits that failed', async () => {
    const { measurements, failures } = await fixture('by-hand/lighthouse.json');
    expect(measurements[0]).toMatchObject({
      ...{ benchmark: '/shop?page=2', metric: 'performance-score', centre: 97, better: 'higher' },
    });
    expect(failures.map(({ metric, line }) => [metric, line])).toEqual([
      ['seo-score', 7],
      ['speed-index', 13],
    ]);
  });
});
