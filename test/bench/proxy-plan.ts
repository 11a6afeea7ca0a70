import { median } from '@repo/statistics/median';
import type { Benchmark, Table } from './benchmark.ts';
import { seeded } from './perf/random.ts';
import { fullCost, STRATEGIES, simulate } from './proxy/week.ts';

const ENDPOINTS = 2_000;
const SHARES = [0.05, 0.1, 0.2, 0.4];
const SEEDS = 3;

export const benchmark: Benchmark = {
  title: 'proxy-retest: accuracy of a list in a simulated week',
  method: `${ENDPOINTS} endpoints, an hourly run for one week, ${SEEDS} seeds, medians. A budget of 10% is a tenth of the time to test all endpoints. "Correct" is the share of endpoints whose listed state is correct over the week; the number in brackets counts only endpoints listed as alive. "Longest wait" is the longest time between two tests of an endpoint.`,
  run: async (): Promise<Table> => ({
    columns: ['Budget', 'Strategy', 'Correct (of alive)', 'Longest wait', 'Tests per run'],
    rows: SHARES.flatMap((share) =>
      Object.entries(STRATEGIES).map(([name, strategy]) => {
        const weeks = Array.from({ length: SEEDS }, (_, seed) =>
          simulate(strategy, ENDPOINTS, share * fullCost(ENDPOINTS), seeded(seed + 1).uniform),
        );
        const middle = (of: (week: (typeof weeks)[number]) => number) => median(weeks.map(of));
        const accuracy = 100 * middle((week) => week.accuracy);
        const precision = 100 * middle((week) => week.precision);
        return [
          `${100 * share}%`,
          name,
          `${accuracy.toFixed(1)}% (${precision.toFixed(1)}%)`,
          `${middle((week) => week.longestWait).toFixed(0)} h`,
          middle((week) => week.testsPerRun).toFixed(0),
        ];
      }),
    ),
  }),
};
