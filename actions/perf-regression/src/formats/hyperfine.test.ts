import { describe, expect, it } from 'vitest';
import { find, names, read } from '../testing/read-fixture.ts';

describe('hyperfine', () => {
  it.each([1, 2])('version %d: reads times in seconds as samples', async (version) => {
    const one = await find(`hyperfine/v${version}.json`, 'sleep 0.002');
    expect(one).toMatchObject({ kind: 'sampled', unit: 'ns', samples: { length: 6 } });
    expect(one.centre).toBeGreaterThan(2e6);
    expect(one.centre).toBeLessThan(1e9);
  });

  it('version 2: reads the memory', async () => {
    expect(await find('hyperfine/v2.json', 'true', 'memory')).toMatchObject({
      unit: 'B',
      better: 'lower',
    });
  });

  it('adds parameters to equal names, and fails if some runs failed', () => {
    const text =
      '{"results": [{"command": "a", "times": [1], "parameters": {"n": "1"}},' +
      '{"command": "a", "times": [2], "parameters": {"n": "2"}},' +
      '{"command": "b", "times": [1, 2], "exit_codes": [0, 1]}]}';
    const { measurements, failures } = read(text);
    expect(names({ measurements })).toEqual(['a (n=1)', 'a (n=2)']);
    expect(failures).toMatchObject([{ benchmark: 'b', state: 'failed' }]);
  });
});
