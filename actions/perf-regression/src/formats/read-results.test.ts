import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORMAT_NAMES } from '../input-parsers.ts';
import type { ReadResult } from '../measurement.ts';
import { FormatError } from './format-error.ts';
import { readResults } from './read-results.ts';
import { FORMATS } from './registry.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

/** Format, number of measurements and number of failures of each fixture. */
const TABLE: readonly (readonly [string, string, number, number])[] = [
  ['asv/results.json', 'asv', 9, 1],
  ['benchmarkjs/output.txt', 'benchmarkjs', 3, 1],
  ['by-hand/benchmarkdotnet.json', 'benchmarkdotnet', 3, 1],
  ['by-hand/bmf.json', 'bmf', 4, 0],
  ['by-hand/catch2-v3.txt', 'catch2', 2, 0],
  ['by-hand/catch2-v3.xml', 'catch2', 1, 0],
  ['by-hand/custom.json', 'custom', 5, 1],
  ['by-hand/go-cover.txt', 'coverage', 1, 0],
  ['by-hand/gungraun-v2.json', 'gungraun', 1, 0],
  ['by-hand/gungraun-v6.json', 'gungraun', 3, 0],
  ['by-hand/julia.json', 'julia', 6, 0],
  ['by-hand/lighthouse-failed.json', 'lighthouse', 0, 1],
  ['by-hand/lighthouse.json', 'lighthouse', 4, 2],
  ['by-hand/luau.txt', 'luau', 2, 0],
  ['by-hand/metadata.json', 'json', 9, 1],
  ['cargo/bench.txt', 'cargo', 4, 0],
  ['cargo/broken-and-logs.txt', 'cargo', 5, 1],
  ['cargo/events.json', 'cargo', 4, 0],
  ['catch2/broken.txt', 'catch2', 0, 1],
  ['catch2/broken.xml', 'catch2', 0, 1],
  ['catch2/v2.txt', 'catch2', 3, 0],
  ['catch2/v2.xml', 'catch2', 3, 0],
  ['covered/cobertura.xml', 'coverage', 2, 0],
  ['covered/coverage-py.json', 'coverage', 3, 0],
  ['covered/coverage-summary.json', 'coverage', 4, 0],
  ['covered/lcov.info', 'coverage', 3, 0],
  ['criterion/bencher.txt', 'cargo', 4, 0],
  ['criterion/first.txt', 'criterion', 4, 0],
  ['criterion/messages.json', 'criterion', 4, 0],
  ['criterion/second.txt', 'criterion', 4, 0],
  ['criterion/target', 'criterion', 4, 0],
  ['go/cpu.txt', 'go', 2, 0],
  ['go/events.json', 'go', 2, 0],
  ['go/failed.txt', 'go', 2, 1],
  ['go/panicked.txt', 'go', 1, 1],
  ['go/prints.txt', 'go', 2, 0],
  ['go/two-packages.txt', 'go', 24, 0],
  ['go/units.txt', 'go', 6, 0],
  ['go/verbose.txt', 'go', 4, 0],
  ['googlebenchmark/aggregates-only.json', 'googlebenchmark', 11, 1],
  ['googlebenchmark/bench.json', 'googlebenchmark', 11, 1],
  ['googlebenchmark/repetitions.json', 'googlebenchmark', 11, 1],
  ['gungraun/fibonacci.long/summary.json', 'gungraun', 6, 0],
  ['gungraun/output.txt', 'gungraun', 12, 0],
  ['hyperfine/v1-exit-code.json', 'hyperfine', 1, 0],
  ['hyperfine/v1-parameters.json', 'hyperfine', 2, 0],
  ['hyperfine/v1.json', 'hyperfine', 2, 0],
  ['hyperfine/v2-exit-code.json', 'hyperfine', 2, 0],
  ['hyperfine/v2-parameters.json', 'hyperfine', 4, 0],
  ['hyperfine/v2.json', 'hyperfine', 4, 0],
  ['jmh/bench.json', 'jmh', 26, 0],
  ['k6/failed.json', 'k6', 38, 1],
  ['k6/legacy.json', 'k6', 38, 0],
  ['k6/machine-readable.json', 'k6', 11, 0],
  ['openmetrics/metrics.txt', 'openmetrics', 5, 1],
  ['pytest/bench.json', 'pytest', 4, 0],
  ['size-limit/output.json', 'size-limit', 2, 1],
  ['tinybench/table-v2.json', 'tinybench', 2, 0],
  ['tinybench/table-v3.json', 'tinybench', 2, 0],
  ['tinybench/table-v6.json', 'tinybench', 2, 0],
  ['tinybench/tasks-v2.json', 'tinybench', 2, 1],
  ['tinybench/tasks-v3.json', 'tinybench', 2, 1],
  ['tinybench/tasks-v6.json', 'tinybench', 2, 1],
  ['vitest/v3.json', 'vitest', 3, 1],
  ['vitest/v4.json', 'vitest', 3, 1],
  ['vitest/v5-reporter.json', 'vitest', 3, 1],
  ['vitest/v5-result.json', 'vitest', 1, 0],
];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'results-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function catchError(promise: Promise<unknown>): Promise<FormatError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FormatError);
  return error as FormatError;
}

describe('format: auto', () => {
  it.each(TABLE)(
    '%s has the format %s, %d measurements and %d failures',
    async (path, format, all, failed) => {
      const result = await readResults([join(FIXTURES, path)], 'auto');
      expect(result.format).toBe(format);
      expect([result.measurements.length, result.failures.length]).toEqual([all, failed]);
      expectValid(result);
    },
  );

  it.each(TABLE)('%s has the same content if the format is set', async (path, format) => {
    const [auto, named] = await Promise.all(
      ['auto', format].map((name) => readResults([join(FIXTURES, path)], name)),
    );
    expect(named).toEqual(auto);
  });
});

function expectValid({ measurements, failures }: ReadResult): void {
  for (const one of measurements) {
    expect(Number.isFinite(one.centre)).toBe(true);
    expect(one.samples?.every(Number.isFinite) ?? true).toBe(true);
    expect(one.benchmark).not.toMatch(/\/(?:work|tmp|root)\//);
    if (one.kind === 'sampled') expect(one.samples?.length).toBeGreaterThan(1);
    if (one.kind === 'summary') expect(one.samples).toBeUndefined();
  }
  for (const one of failures) expect(one.line).toBeGreaterThan(0);
  const keys = measurements.map(({ benchmark, metric }) => `${benchmark}\n${metric}`);
  expect(new Set(keys).size).toBe(keys.length);
}

it('the input accepts the names of the registry', () => {
  expect(FORMAT_NAMES).toEqual([...FORMATS.keys()]);
});

describe('an unreadable file is an error with its position', () => {
  it.each([
    ['go/none.txt', 'contains no benchmark (read as go)'],
    ['cargo/none.txt', 'contains no benchmark (read as cargo)'],
    ['asv/benchmarks.json', 'contains no benchmark (read as asv)'],
    ['sources', 'is a folder without results of Criterion'],
    ['nowhere.json', 'does not exist'],
  ])('%s: %s', async (path, problem) => {
    const error = await catchError(readResults([join(FIXTURES, path)], 'auto'));
    expect(error.message).toBe(`${join(FIXTURES, path)}: ${problem}`);
    expect(error.remedy).toMatch(/\.$/);
  });

  it('rejects an empty file, a binary file, an unknown format and no file', async () => {
    const all = await Promise.all([
      catchError(readResults([await file('empty', ' \n')], 'auto')),
      catchError(readResults([await file('binary', Uint8Array.of(1, 0, 2))], 'auto')),
      catchError(readResults([await file('prose', 'All tests passed.\n')], 'auto')),
      catchError(readResults([], 'auto')),
    ]);
    expect(all.map(({ problem }) => problem)).toEqual([
      'the file is empty',
      'is not text',
      'the format of the file is unknown',
      'contains no benchmark',
    ]);
  });

  it('reports the line of an incomplete file for any format', async () => {
    const content = '{\n "results": [\n  {"command": "a", "times": [1, 2]},\n  {"comm';
    const path = await file('cut.json', content);
    for (const format of ['auto', 'hyperfine', 'go']) {
      const error = await catchError(readResults([path], format));
      expect(error).toMatchObject({ file: path, line: 4 });
      expect(error.problem).toContain('incomplete');
    }
    const xml = await file('cut.xml', '<Catch>\n<TestCase name="a">\n');
    expect(await catchError(readResults([xml], 'catch2'))).toMatchObject({ file: xml, line: 2 });
  });

  it('rejects text for a JSON format', async () => {
    const path = await file('log.txt', 'nothing\n');
    expect(await catchError(readResults([path], 'jmh'))).toMatchObject({ file: path, line: 1 });
  });

  it('rejects other JSON with the position', async () => {
    const path = await file('shape.json', '{\n"results": [\n{"command": 5}]}');
    const error = await catchError(readResults([path], 'hyperfine'));
    expect(error.message).toBe(`${path}:3: results.0.command is not a text`);
  });
});

describe('several files', () => {
  it('adds a repeated benchmark as a sample', async () => {
    const paths = await Promise.all(
      ['1 ns/op', '3 ns/op', '2 ns/op'].map((text, n) =>
        file(`go-${n}.txt`, `pkg: p\nBenchmarkX-8 100 ${text} 16 B/op\n`),
      ),
    );
    const { measurements } = await readResults(paths, 'auto');
    expect(measurements).toEqual([
      {
        benchmark: 'p.X',
        metric: 'time',
        unit: 'ns',
        better: 'lower',
        kind: 'sampled',
        centre: 2,
        samples: [1, 3, 2],
        file: paths[0],
        line: 2,
      },
      {
        benchmark: 'p.X',
        metric: 'B/op',
        unit: 'B',
        better: 'lower',
        kind: 'exact',
        centre: 16,
        samples: [16, 16, 16],
        file: paths[0],
        line: 2,
      },
    ]);
  });

  it('keeps the centre of each process', async () => {
    const text = (times: string) => `{"results": [{"command": "a", "times": [${times}]}]}`;
    const paths = [await file('h1.json', text('1, 2, 9')), await file('h2.json', text('4, 5'))];
    const [time] = (await readResults(paths, 'auto')).measurements;
    expect(time).toMatchObject({
      samples: [1e9, 2e9, 9e9, 4e9, 5e9],
      runs: [2e9, 4.5e9],
      centre: 4e9,
    });
  });

  it('reads each file with its own format', async () => {
    const paths = ['go/cpu.txt', 'pytest/bench.json'].map((path) => join(FIXTURES, path));
    const result = await readResults(paths, 'auto');
    expect(result.format).toBe('go + pytest');
    expect(result.measurements).toHaveLength(6);
  });

  it('reports units that are not convertible', async () => {
    const entry = (unit: string) => `[{"name": "a", "unit": "${unit}", "value": 1}]`;
    const paths = [await file('u1.json', entry('cows')), await file('u2.json', entry('hens'))];
    const { measurements, failures } = await readResults(paths, 'auto');
    expect(measurements).toEqual([]);
    expect(failures).toEqual([
      {
        benchmark: 'a',
        metric: 'value',
        state: 'mixed-units',
        line: 1,
        file: paths[1],
        reason: 'has the units cows and hens',
      },
    ]);
  });

  it('reads UTF-16 of PowerShell, with Windows line ends and colors', async () => {
    const text = '\ufeffpkg: p\r\n\u001b[32mBenchmarkX-8\u001b[0m  10  5 ns/op\r\n';
    const path = await file('utf16.txt', Buffer.from(text, 'utf16le'));
    const { measurements } = await readResults([path], 'auto');
    expect(measurements).toMatchObject([{ benchmark: 'p.X', metric: 'time', centre: 5 }]);
  });
});
