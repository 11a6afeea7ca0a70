import { describe, expect, it } from 'vitest';
import { find, read } from '../testing/read-fixture.ts';

describe('pytest', () => {
  it('reads all rounds, and names with parameters', async () => {
    const one = await find('pytest/bench.json', 'test_numbers.py::test_fib[3]');
    expect(one).toMatchObject({ kind: 'sampled', unit: 'ns', samples: { length: 8 } });
    expect(one.centre).toBeGreaterThan(50);
    expect(one.centre).toBeLessThan(50_000);
  });

  it('reads the median as a summary without rounds', () => {
    const text =
      '{"machine_info": {}, "benchmarks": [{"fullname": "a", "stats": {"median": 2e-9}}]}';
    expect(read(text).measurements).toMatchObject([{ kind: 'summary', centre: 2 }]);
  });

  it('reports missing statistics and NaN with their line', () => {
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
