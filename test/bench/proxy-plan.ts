import { median } from '@repo/statistics/median';
import type { Benchmark, Table } from './benchmark.ts';
import { seeded } from './perf/random.ts';
import { fullCost, STRATEGIES, simulate } from './proxy/week.ts';

const ENDPOINTS = 2_000;
const SHARES = [0.05, 0.1, 0.2, 0.4];
const SEEDS = 3;

export const benchmark: Benchmark = {
  title: 'How true a list stays: a simulated week at the same budget',
  method: `${ENDPOINTS} endpoints, an hourly run for a week, ${SEEDS} seeds, medians. A budget of 10 % is a tenth of what testing all of them takes. "True": the share of what the list says, alive or dead, that is so, over the week; in brackets the share of what it says is alive. "Longest wait": of any endpoint for its next test.`,
  run: async (): Promise<Table> => ({
    columns: ['budget', 'strategy', 'true (of alive)', 'longest wait', 'tests a run'],
    rows: SHARES.flatMap((share) =>
      Object.entries(STRATEGIES).map(([name, strategy]) => {
        const weeks = Array.from({ length: SEEDS }, (_, seed) =>
          simulate(strategy, ENDPOINTS, share * fullCost(ENDPOINTS), seeded(seed + 1).uniform),
        );
        const middle = (of: (week: (typeof weeks)[number]) => number) => median(weeks.map(of));
        const accuracy = 100 * middle((week) => week.accuracy);
        const precision = 100 * middle((week) => week.precision);
        return [
          `${100 * share} %`,
          name,
          `${accuracy.toFixed(1)} % (${precision.toFixed(1)} %)`,
          `${middle((week) => week.longestWait).toFixed(0)} h`,
          middle((week) => week.testsPerRun).toFixed(0),
        ];
      }),
    ),
  }),
};
