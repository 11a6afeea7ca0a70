import type { Benchmark, Table } from './benchmark.ts';
import { type HistoryAccuracy, historyAccuracy, type Suite } from './perf/history.ts';
import { publishedSuites, simulatedSuites } from './perf/suites.ts';
import { twoSampleAccuracy } from './perf/two-sample.ts';

/** Why the only published suite with four benchmarks misses the targets. */
const CRITERION_REASON =
  'the 3 alarms are real changes of the compiled code without a change of the source (from run 66 on, two benchmarks take ×1.28 in every second or third build); two other benchmarks have values of 3 or 4 ns, for which ×1.2 is less than 1 ns';
const RUNS = 5000;

export const benchmark: Benchmark = {
  title: 'perf-regression: accuracy',
  method: `Fixed seeds. Two samples: ${RUNS} runs of 50 benchmarks with 10 samples each, a log standard deviation of 10%, and 5% outliers of ×1.8; once unchanged and once with one benchmark 30% slower. History: an alarm means that the last 5 runs are on another level, beyond a threshold. Counted are alarms per 100 judged values of unchanged suites, and the share of injected slowdowns (every 7th run) with an alarm within 5 runs. The published suites are seven years of results from hosted runners, if the data set is available.`,
  run: async () => measure(),
};

function measure(): Table {
  const two = twoSampleAccuracy(RUNS);
  const rows: (readonly string[])[] = [
    row('A/A runs with a failure', percent(two.falseAlarms), '≤ 1%', two.falseAlarms <= 0.01),
    row('A/A runs with a failure or warning', percent(two.falseAlarmsOrWarnings), '', undefined),
    row('×1.3 found', percent(two.recall), '≥ 90%', two.recall >= 0.9),
    row(
      'peer: mean ratio > 1.2, A/A runs with an alarm',
      percent(two.peers.meanRatio),
      '',
      undefined,
    ),
    row('peer: Mann–Whitney p < .05 (slower)', percent(two.peers.mannWhitney), '', undefined),
  ];
  for (const [source, suites] of [
    ['simulated', simulatedSuites()],
    ['published', publishedSuites()],
  ] as const) {
    if (suites.length === 0) {
      rows.push(['history, published', 'not measured: the data set is not available', '', '']);
      continue;
    }
    const four = suites.filter(({ benchmarks }) => benchmarks.length >= 4);
    const pairs = suites.filter(({ benchmarks }) => benchmarks.length === 2);
    rows.push(
      ...historyRows(
        `${source}, ≥ 4 benchmarks, ×1.2`,
        four,
        'auto',
        1.2,
        0.1,
        0.95,
        source === 'published' ? CRITERION_REASON : undefined,
      ),
      ...historyRows(
        `${source}, pairs (the other as reference), ×1.2`,
        pairs,
        'others',
        1.2,
        0.1,
        0.95,
      ),
      detail(
        `${source}, pairs as measured, ×1.2 (without the reference)`,
        sum(pairs.flatMap((suite) => historyAccuracy(suite, 'off', 1.2))),
      ),
      ...historyRows(`${source}, single benchmarks, ×1.5`, suites, 'off', 1.5, 0.3, 0.9),
    );
  }
  return { columns: ['Measure', 'Result', 'Target', 'Met'], rows };
}

function historyRows(
  name: string,
  suites: readonly Suite[],
  reference: 'auto' | 'others' | 'off',
  slowdown: number,
  maxAlarms: number,
  minRecall: number,
  reason?: string,
): readonly (readonly string[])[] {
  const each = suites.map((suite) => ({
    name: suite.name,
    benchmarks: historyAccuracy(suite, reference, slowdown),
  }));
  const all = sum(each.flatMap(({ benchmarks }) => benchmarks));
  const alarms = (100 * all.alarms) / all.judged;
  const recall = all.found / all.injected;
  return [
    row(
      `${name}: false alarms per 100`,
      alarms.toFixed(2),
      `≤ ${maxAlarms}`,
      alarms <= maxAlarms,
      reason,
    ),
    row(`${name}: found`, recall.toFixed(2), `≥ ${minRecall}`, recall >= minRecall, reason),
    row(
      `${name}: warnings about single runs per 100`,
      ((100 * all.warnings) / all.judged).toFixed(2),
      '',
      undefined,
    ),
    ...each.flatMap(({ name: suite, benchmarks }) => [
      detail(suite, sum(benchmarks)),
      // Lists the benchmarks of a suite that misses a target.
      ...(reason === undefined
        ? []
        : benchmarks.map((one) => detail(`${suite}: ${one.benchmark}`, one))),
    ]),
  ];
}

type Sums = Omit<HistoryAccuracy, 'benchmark'>;

function detail(name: string, { alarms, judged, found, injected }: Sums): readonly string[] {
  const rate = ((100 * alarms) / judged).toFixed(2);
  return [`· ${name}`, `${rate} per 100, ${(found / injected).toFixed(2)} found`, '', ''];
}

function sum(all: readonly Sums[]): Sums {
  return all.reduce<Sums>(
    (total, one) => ({
      judged: total.judged + one.judged,
      alarms: total.alarms + one.alarms,
      warnings: total.warnings + one.warnings,
      injected: total.injected + one.injected,
      found: total.found + one.found,
    }),
    { judged: 0, alarms: 0, warnings: 0, injected: 0, found: 0 },
  );
}

function row(
  measure: string,
  reached: string,
  target: string,
  met: boolean | undefined,
  reason?: string,
) {
  return [
    measure,
    reached,
    target,
    met === undefined ? '' : met ? 'yes' : `no${reason === undefined ? '' : `: ${reason}`}`,
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
