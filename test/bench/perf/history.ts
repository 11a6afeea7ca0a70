import type { MetricResult } from '../../../actions/perf-regression/src/compare/metric-result.ts';
import type { Normalize } from '../../../actions/perf-regression/src/compare/settings.ts';
import { compareWithHistory } from '../../../actions/perf-regression/src/compare/with-history.ts';
import type { RunRecord } from '../../../actions/perf-regression/src/history/record.ts';
import { settings, time, toResult } from './settings.ts';

/** A suite without code changes: one row per run, one value per benchmark, lower is better. */
export interface Suite {
  readonly name: string;
  readonly benchmarks: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

export interface HistoryAccuracy {
  readonly benchmark: string;
  /** Number of runs times number of benchmarks. */
  readonly judged: number;
  /** Starts of alarms: the latest runs are on another level. */
  readonly alarms: number;
  /** Starts of warnings about a single run. */
  readonly warnings: number;
  readonly injected: number;
  /** Injected slowdowns with an alarm within 5 runs. */
  readonly found: number;
}

/** Number of runs that are not judged, and the distance between injected slowdowns. */
const WARM_UP = 40;
const STRIDE = 7;
/** Number of runs in the history. */
const HISTORY_RUNS = 45;

/**
 * The number of false alarms of each benchmark in an unchanged suite, and of injected slowdowns found
 * within 5 runs. Every alarm is accepted by label, as after a review without a finding.
 *
 * @param reference how a benchmark is normalised: by all, by the others, or not
 */
export function historyAccuracy(
  suite: Suite,
  reference: 'auto' | 'others' | 'off',
  slowdown: number,
): readonly HistoryAccuracy[] {
  return suite.benchmarks.map((name, index) => {
    const total = { benchmark: name, judged: 0, alarms: 0, warnings: 0, injected: 0, found: 0 };
    const normalize = normalizeBy(reference, suite, index);
    const quiet = follow(suite.rows, suite.benchmarks, name, normalize, 0);
    total.judged += quiet.length;
    total.alarms += countStarts(quiet, isAlarm);
    total.warnings += countStarts(quiet, (row) => row.state === 'warn' && !isAlarm(row));
    for (let at = WARM_UP; at + 5 <= suite.rows.length; at += STRIDE) {
      const rows = suite.rows
        .slice(Math.max(0, at - HISTORY_RUNS), at + 5)
        .map((row, run, all) =>
          run < all.length - 5
            ? row
            : row.map((value, b) => (b === index ? value * slowdown : value)),
        );
      total.injected++;
      if (follow(rows, suite.benchmarks, name, normalize, rows.length - 5).some(isAlarm)) {
        total.found++;
      }
    }
    return total;
  });
}

function normalizeBy(reference: 'auto' | 'others' | 'off', suite: Suite, index: number): Normalize {
  if (reference === 'others') {
    return {
      kind: 'reference',
      glob: suite.benchmarks[(index + 1) % suite.benchmarks.length] ?? '',
    };
  }
  return { kind: reference };
}

/** Judges one benchmark run by run, as the action does. */
function follow(
  rows: readonly (readonly number[])[],
  benchmarks: readonly string[],
  name: string,
  normalize: Normalize,
  from: number,
): readonly MetricResult[] {
  const judging = settings(normalize);
  const records: RunRecord[] = [];
  const judged: MetricResult[] = [];
  for (const [run, values] of rows.entries()) {
    const measurements = values.map((value, index) => time(benchmarks[index] ?? '', value));
    const found =
      run < Math.max(1, from)
        ? undefined
        : compareWithHistory(
            records.slice(-HISTORY_RUNS),
            toResult(measurements),
            judging,
          ).rows.find(({ benchmark }) => benchmark === name);
    if (found !== undefined) judged.push(found);
    const accepted = found !== undefined && isAlarm(found);
    records.push(record(run, measurements, accepted ? name : undefined));
  }
  return judged;
}

function record(
  run: number,
  measurements: readonly ReturnType<typeof time>[],
  accepted: string | undefined,
): RunRecord {
  return {
    v: 1,
    suite: 's',
    environment: 'e',
    sha: String(run),
    ref: 'refs/heads/main',
    time: new Date(run * 86_400_000).toISOString(),
    run: { id: String(run), attempt: '1', job: 'j' },
    env: {},
    status: accepted === undefined ? 'accepted' : 'accepted-by-label',
    benches: measurements.map(({ benchmark, metric, unit, better, kind, centre }) => ({
      id: benchmark,
      metric,
      unit,
      better,
      kind,
      centre,
      n: 1,
      ...(benchmark === accepted && { regressed: true as const }),
    })),
  };
}

/** The latest runs are worse together: this fails a build, or would with a larger change. */
function isAlarm({ state, reason }: MetricResult): boolean {
  return (state === 'fail' || state === 'warn') && reason.startsWith('the last ');
}

function countStarts(rows: readonly MetricResult[], is: (row: MetricResult) => boolean): number {
  return rows.filter((row, index) => {
    const before = rows[index - 1];
    return is(row) && (before === undefined || !is(before));
  }).length;
}
