import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Collector } from './collector.ts';
import { FormatError } from './format-error.ts';
import { importDataJs } from './import-data-js.ts';
import { detectFormat, FORMATS } from './registry.ts';
import { toSource } from './source.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const TEXTS = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter((path) => !/^(?:sources|make\.sh|README)/.test(path))
  .map((path) => join(FIXTURES, path))
  .filter((path) => statSync(path).isFile())
  .map((path) => readFileSync(path, 'utf8').slice(0, 8_000));
/** Fragments that the patterns of the formats match in part. */
const PIECES = [
  ...[
    'Benchmark',
    'BenchmarkX-8',
    ' 10 ',
    ' ns/op',
    '\t',
    '--- FAIL: Benchmark',
    'FAIL\t',
    'pkg: p',
  ],
  ...[
    'test ',
    ' ... bench: ',
    ' ns/iter (+/- ',
    ' time:   [',
    'benchmark name  samples  iterations',
  ],
  ...[
    '-------------------------',
    ' x ',
    ' ops/sec',
    ' ±1%',
    '# TYPE a gauge',
    '{a="',
    '"}',
    'SF:',
  ],
  ...['<coverage ', 'line-rate=', '<Catch>', '</', '"', '\\', '{', '}', '[', ']', ',', ':', 'NaN'],
  ...['1', '.', 'e9', '-', ' ', '\n', '\r\n', '\u0000', '\u001b[', '::', '|', '__proto__'],
];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 120 }).map((pieces) => pieces.join('')),
  // Parts of two real files.
  fc
    .tuple(fc.constantFrom(...TEXTS), fc.constantFrom(...TEXTS), fc.nat(8_000), fc.nat(8_000))
    .map(([one, other, end, start]) => one.slice(0, end) + other.slice(start)),
  fc.json({ maxDepth: 5 }),
);

/** Reads a text with every format and with auto; only a FormatError may be thrown. */
function readAll(content: string): void {
  const source = allowFormatError(() => toSource(Buffer.from(content), 'f'));
  if (source === undefined) return;
  for (const name of [detectFormat(source), ...FORMATS.keys()]) {
    const into = new Collector();
    into.begin('f');
    allowFormatError(() => FORMATS.get(name ?? 'go')?.read(source, into));
    for (const { centre, samples } of into.result().measurements) {
      expect(Number.isFinite(centre)).toBe(true);
      expect(samples?.every(Number.isFinite) ?? true).toBe(true);
    }
  }
}

function allowFormatError<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    expect(error.remedy).not.toBe('');
    return undefined;
  }
}

describe('any text', () => {
  it('is read or rejected with a FormatError', () => {
    fc.assert(fc.property(text, readAll), { numRuns: 80 });
  }, 60_000);

  it('is imported as a history or rejected', () => {
    fc.assert(
      fc.property(text, (content) => {
        allowFormatError(() => importDataJs(content, 'f'));
      }),
    );
  });

  it.each(TEXTS.map((content, index) => [index, content] as const))(
    'fixture %d, truncated',
    (_, content) => {
      const step = Math.max(1, Math.floor(content.length / 3));
      for (let end = 1; end < content.length; end += step) readAll(content.slice(0, end));
    },
  );
});

describe('hostile text', () => {
  const MANY = 30_000;
  it.each([
    ['deep lists', '['.repeat(MANY) + ']'.repeat(MANY)],
    ['deep objects', `${'{"a":'.repeat(MANY)}1${'}'.repeat(MANY)}`],
    ['deep unterminated lists', '['.repeat(MANY)],
    ['deep elements', `<Catch>${'<a>'.repeat(MANY)}`],
    ['deep closed elements', `<Catch>${'<a>'.repeat(3_000)}${'</a>'.repeat(3_000)}</Catch>`],
    ['quotes', `{"a": NaN, "b": ${'\\"'.repeat(MANY)}`],
    ['many nulls', `{${Array.from({ length: MANY }, (_, n) => `"k${n}":null`).join(',')}}`],
    ['many bare NaN', `[${'NaN,'.repeat(MANY)}1]`],
    ['spaces after test', `test a${' '.repeat(MANY * 3)}`],
    ['a long word', `Benchmark${'x'.repeat(MANY * 3)}`],
    ['a long number', `BenchmarkX ${'1'.repeat(MANY)} ${'1'.repeat(MANY)} ns/op`],
    ['many x', 'a x '.repeat(MANY)],
    ['many brackets', '{a="'.repeat(MANY)],
    ['many coverages', '<coverage '.repeat(MANY)],
    ['many types', '# TYPE a b\n'.repeat(MANY)],
    ['many times', 'time:   [1 '.repeat(MANY)],
    ['many started', Array.from({ length: MANY }, (_, n) => `BenchmarkX${n}\n`).join('')],
    ['many dashes', `${'-'.repeat(MANY)}\n`.repeat(3)],
    ['many words', `{"${'aB_'.repeat(MANY)}": 1}`],
  ])(
    'reads %s in linear time',
    (_, content) => {
      const start = performance.now();
      readAll(content);
      // All formats one after another; quadratic time would take minutes.
      expect(performance.now() - start).toBeLessThan(8_000);
    },
    20_000,
  );

  it('rejects too many benchmarks before memory runs out', {
    timeout: 60_000,
  }, () => {
    const line = (index: number) => `BenchmarkA${index} 1 1 ns/op\n`;
    const content = Array.from({ length: 500_010 }, (_, index) => line(index)).join('');
    const source = toSource(Buffer.from(content), 'f');
    expect(() => FORMATS.get('go')?.read(source, new Collector())).toThrow('more than 500,000');
  });

  it('reads property names of Object as names', () => {
    const content =
      '{"__proto__": {"toString": 1, "constructor": {"prototype": 2}}, "hasOwnProperty": 3}';
    const into = new Collector();
    FORMATS.get('json')?.read(toSource(Buffer.from(content), 'f'), into);
    into.environment('__proto__', 'x');
    const { measurements, environment } = into.result();
    expect(measurements.map(({ benchmark, centre }) => [benchmark, centre])).toEqual([
      ['__proto__.toString', 1],
      ['__proto__.constructor.prototype', 2],
      ['hasOwnProperty', 3],
    ]);
    expect(Object.keys(environment)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it('cleans names, and keeps long names apart', () => {
    const into = new Collector();
    const own = { metric: 'time', unit: 'ns', value: 1, exact: false };
    for (const end of ['a', 'b']) into.add({ ...own, benchmark: 'x'.repeat(600) + end });
    into.add({ ...own, benchmark: '::error::\u001b[31mx\u202ey' });
    const names = into.result().measurements.map(({ benchmark }) => benchmark);
    expect(new Set(names).size).toBe(3);
    expect(names[2]).toBe(':\u200b:error::xy');
  });
});
