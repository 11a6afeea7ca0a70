import { describe, expect, it } from 'vitest';
import { find, fixture, names, read } from '../testing/read-fixture.ts';

describe('gungraun, julia, asv, bmf', () => {
  it('gungraun: text and JSON have the same values; cache hits are not gated', async () => {
    const name = 'numbers::numbers_group::fibonacci long:(15)';
    const json = await find('gungraun/fibonacci.long/summary.json', name, 'instructions');
    const { centre } = await find('gungraun/output.txt', name, 'instructions');
    expect(json).toMatchObject({ kind: 'exact', better: 'lower', centre });
    expect(await find('gungraun/output.txt', name, 'l1-hits')).toMatchObject({ better: 'none' });
  });

  it('gungraun: reads infinite changes, several tools and older schemas', async () => {
    expect((await fixture('by-hand/gungraun-v2.json')).measurements).toMatchObject([
      { centre: 166 },
    ]);
    expect((await fixture('by-hand/gungraun-v6.json')).measurements).toMatchObject([
      { metric: 'instructions', centre: 166 },
      { metric: 'estimated-cycles', centre: 277 },
      { metric: 'total-bytes', unit: 'B', centre: 512 },
    ]);
  });

  it('julia: reads nested groups, trials with samples, and estimates', async () => {
    expect(await find('by-hand/julia.json', 'fib/10')).toMatchObject({ samples: { length: 3 } });
    expect(await find('by-hand/julia.json', 'fib/20')).toMatchObject({ kind: 'summary' });
  });

  it('asv: reads parameters, failures (null) and skipped benchmarks (NaN)', async () => {
    const { measurements, failures, warnings } = await fixture('asv/results.json');
    expect(names({ measurements })).toContain("numbers.Numbers.time_fib(10, 'plain')");
    expect(failures).toMatchObject([{ benchmark: 'numbers.time_broken', state: 'failed' }]);
    expect(warnings[0]).toBe("numbers.Numbers.time_fib(10, 'twice') was skipped.");
    expect(await find('asv/results.json', 'numbers.mem_list', 'memory')).toMatchObject({
      kind: 'exact',
      unit: 'B',
    });
  });

  it('asv: reports a failure for one of several parameters', () => {
    const text =
      '{"commit_hash": "c", "result_columns": ["result", "params"], "results": {' +
      '"x.time_a": [[0.5, null], [["1", "2"]]]}}';
    const { measurements, failures } = read(text);
    expect(measurements).toMatchObject([{ benchmark: 'x.time_a(1)', centre: 5e8 }]);
    expect(failures).toMatchObject([{ benchmark: 'x.time_a(2)', state: 'failed', line: 1 }]);
  });

  it('bmf: built-in measures have a unit, ignored ones are not gated', async () => {
    const { measurements } = await fixture('by-hand/bmf.json');
    expect(measurements).toMatchObject([
      { metric: 'latency', unit: 'ns', spread: { low: 87.42, high: 88.88 } },
      { metric: 'throughput', unit: 'ops/s', better: 'higher' },
      { metric: 'file-size', unit: 'B', kind: 'exact' },
      { benchmark: 'experiment', better: 'none' },
    ]);
  });
});
