import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGoLine, readGoLine } from './go-line.ts';

const read = (line: string) => {
  const into = createGoLine();
  const bytes = Buffer.from(`x\n${line}\nBenchmarkY 1 1 ns/op`);
  if (!readGoLine(bytes, 2, into)) return false;
  const units = into.unitStarts.map((start, index) =>
    bytes.toString('utf8', start, into.unitEnds[index]),
  );
  const name = bytes.toString('utf8', into.nameStart, into.nameEnd);
  return { name, values: into.values.slice(0, into.count), units: units.slice(0, into.count) };
};

test('parses numbers like JavaScript', () => {
  const numbers = fc.oneof(
    fc.double({ noNaN: true, min: 0, max: 1e12 }).map((number) => number.toFixed(3)),
    fc.double({ noDefaultInfinity: true }).map(String),
    fc.nat({ max: 1_000_000_000 }).map((number) => `${number / 1000}`),
    fc.constantFrom('.5', '5.', '007', '1e3', '+3', '-0', 'NaN', '+Inf', '1.2.3', '.', '1,5'),
    fc.stringMatching(/^[\d.]{1,25}$/),
  );
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1, maxLength: 5 }), (texts) => {
      const line = `BenchmarkX-8 \t 100 ${texts.map((one, index) => `\t ${one} u${index}`).join(' ')}`;
      expect(read(line)).toEqual({
        name: 'X-8',
        values: texts.map(Number),
        units: texts.map((_, index) => `u${index}`),
      });
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['BenchmarkX', false],
  ['BenchmarkX-8', false],
  ['BenchmarkX 100', false],
  ['BenchmarkX 100 3', false],
  ['BenchmarkX many 3 ns/op', false],
  ['Benchmar', false],
  ['BenchmarkX 100 3 ns/op\r', { name: 'X', values: [3], units: ['ns/op'] }],
  ['BenchmarkX 100 3 ns/op 4', { name: 'X', values: [3], units: ['ns/op'] }],
])('reads %j', (line, expected) => {
  expect(read(line)).toEqual(expected);
});
