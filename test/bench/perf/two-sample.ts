import { mean } from '@repo/statistics/mean';
import { median } from '@repo/statistics/median';
import { compareSides } from '../../../actions/perf-regression/src/compare/sides.ts';
import { mannWhitney } from '../../../actions/perf-regression/src/statistics/mann-whitney.ts';
import { type Random, seeded } from './random.ts';
import { settings, time, toResult } from './settings.ts';

const SEED = 20261120;
const BENCHMARKS = 50;
const SAMPLES = 10;
const LOG_SD = 0.1;
const OUTLIERS = 0.05;
/** Factor of an outlier. */
const OUTLIER = 1.8;

/** Shares of simulated runs. */
export interface TwoSampleAccuracy {
  readonly falseAlarms: number;
  readonly falseAlarmsOrWarnings: number;
  readonly recall: number;
  readonly peers: { readonly meanRatio: number; readonly mannWhitney: number };
}

/** A/A runs, and runs with one of 50 benchmarks 30% slower. */
export function twoSampleAccuracy(runs: number): TwoSampleAccuracy {
  const random = seeded(SEED);
  const judging = settings();
  const count = { alarms: 0, warnings: 0, found: 0, mean: 0, test: 0 };
  for (let run = 0; run < runs; run++) {
    const before = side(random);
    const same = side(random);
    const { rows } = compareSides(toResult(before), toResult(same), judging);
    const states = new Set(rows.map(({ state }) => state));
    if (states.has('fail')) count.alarms++;
    if (states.has('fail') || states.has('warn')) count.warnings++;
    const pairs = before.map(
      (one, index) => [one.samples ?? [], same[index]?.samples ?? []] as const,
    );
    if (pairs.some(([a, b]) => mean(b) / mean(a) > 1.2)) count.mean++;
    if (
      pairs.some(
        ([a, b]) => mannWhitney(a, b, judging.distributions).p < 0.05 && median(b) > median(a),
      )
    ) {
      count.test++;
    }
    const [first, ...others] = same;
    const slower = time(
      'b0',
      1.3 * (first?.centre ?? 0),
      first?.samples?.map((value) => value * 1.3),
    );
    const found = compareSides(toResult(before), toResult([slower, ...others]), judging).rows[0];
    if (found?.state === 'fail') count.found++;
  }
  return {
    falseAlarms: count.alarms / runs,
    falseAlarmsOrWarnings: count.warnings / runs,
    recall: count.found / runs,
    peers: { meanRatio: count.mean / runs, mannWhitney: count.test / runs },
  };
}

function side(random: Random) {
  return Array.from({ length: BENCHMARKS }, (_, index) => {
    const samples = Array.from(
      { length: SAMPLES },
      () => 1000 * Math.exp(LOG_SD * random.normal()) * (random.uniform() < OUTLIERS ? OUTLIER : 1),
    );
    return time(`b${index}`, median(samples), samples);
  });
}
