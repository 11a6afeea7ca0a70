import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readResults } from '../formats/read-results.ts';
import { mannWhitney } from '../statistics/mann-whitney.ts';
import { medianInterval, relativeReach } from '../statistics/median-interval.ts';
import { uDistributions } from '../statistics/u-distribution.ts';
import { metricKey } from './pairing.ts';

const fixtures = fileURLToPath(new URL('../statistics/fixtures/', import.meta.url));
const distributions = uDistributions();

/** The metric and the conversion factor of each unit of benchstat. */
const UNITS: Readonly<Record<string, readonly [metric: string, factor: number]>> = {
  'sec/op': ['time', 1e9],
  'B/op': ['B/op', 1],
  'allocs/op': ['allocs/op', 1],
  'B/s': ['throughput', 1],
};

interface Line {
  readonly benchmark: string;
  readonly metric: string;
  readonly factor: number;
  readonly cells: readonly string[];
}

/** The lines of benchstat's CSV with the unit of their table. */
function parseCsv(csv: string): readonly Line[] {
  let unit = '';
  return csv.split('\n').flatMap((line) => {
    const [name = '', ...cells] = line.split(',');
    if (name === '' && cells[1] === 'CI') unit = cells[0] ?? '';
    const metricOfUnit = UNITS[unit];
    if (metricOfUnit === undefined || name === '' || name === 'geomean' || !name.includes('-'))
      return [];
    const [metric, factor] = metricOfUnit;
    return [{ benchmark: name.replace(/-\d+$/, ''), metric, factor, cells }];
  });
}

describe('statistics of the same files as benchstat', async () => {
  const sides = await Promise.all(
    ['old.txt', 'new.txt'].map(async (name) => {
      const { measurements } = await readResults([`${fixtures}${name}`], 'auto');
      return new Map(
        measurements.map((one) => [metricKey({ ...one, benchmark: last(one.benchmark) }), one]),
      );
    }),
  );
  const lines = parseCsv(readFileSync(`${fixtures}benchstat.csv`, 'utf8'));

  test('covers all lines of the CSV', () => expect(lines.length).toBe(9));

  test.each(lines)('$benchmark $metric has the same medians, intervals and p', (line) => {
    const [before, after] = sides.map((side) => side.get(metricKey(line)));
    const samples = [before, after].map((one) => one?.samples ?? []);
    const [old = '', beforeReach = '', fresh = '', freshReach = '', , p = ''] = line.cells;
    for (const [values, centre, reach] of [
      [samples[0] ?? [], old, beforeReach],
      [samples[1] ?? [], fresh, freshReach],
    ] as const) {
      const interval = medianInterval(values, 0.95);
      expect(interval.estimate / line.factor).toBeCloseTo(Number(centre), 12);
      expect(`${(100 * relativeReach(interval)).toFixed(0)}%`).toBe(reach);
    }
    const test = mannWhitney(samples[0] ?? [], samples[1] ?? [], distributions);
    expect(`p=${test.p.toFixed(3)} n=12`).toBe(p);
  });
});

function last(benchmark: string): string {
  return benchmark.slice(benchmark.lastIndexOf('.') + 1).replace(/^Benchmark/, '');
}
