import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FormatError } from './format-error.ts';
import { importDataJs } from './import-data-js.ts';

const file = join(import.meta.dirname, '../../fixtures/by-hand/data.js');

describe('importDataJs', () => {
  it('reads runs with their suite, commit, time and direction', async () => {
    const runs = importDataJs(await readFile(file, 'utf8'), file);
    expect(runs.map(({ suite, sha, time, tool }) => [suite, sha.slice(0, 7), time, tool])).toEqual([
      ['Rust', '45d7825', 1_700_000_100_000, 'cargo'],
      ['Rust', 'b840614', 1_700_000_200_000, 'cargo'],
      ['Memory', '45d7825', 1_700_000_000_000, 'customBiggerIsBetter'],
    ]);
    expect(runs[0]?.result.measurements).toMatchObject([
      { benchmark: 'fib_10', metric: 'time', unit: 'ns', better: 'lower', centre: 254 },
      { benchmark: 'fib_20', centre: 34_001, spread: { low: 31_199, high: 36_803 } },
    ]);
    expect(runs[2]?.result.measurements).toMatchObject([
      { benchmark: 'left', unit: 'B', better: 'higher', centre: 12e6 },
    ]);
  });

  it.each([
    ['window.BENCHMARK_DATA = {"entries": {\n"a": [}', 2],
    ['\n\nwindow.BENCHMARK_DATA = {"entries"', 3],
    ['{"other": 1}', 1],
  ])('rejects %j with its line', (text, line) => {
    expect(() => importDataJs(text, 'data.js')).toThrow(FormatError);
    expect(() => importDataJs(text, 'data.js')).toThrow(`data.js:${line}: `);
  });
});
