import type { RunRecord } from '../../../actions/perf-regression/src/history/record.ts';

/** Nanoseconds per operation, by benchmark. */
export type Values = Readonly<Record<string, number>>;

/** The recorded values of a push. */
export interface Level {
  readonly values: Values;
  /** Benchmarks whose regression has failed the run. */
  readonly regressed?: readonly string[];
}

export const SUITE: Values = { Parse: 1000, Render: 50_000, Sort: 700, Hash: 90 };

/** The values of a run, with up to 1% of noise. */
export function measured(values: Values, run: number): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, ns], index) => [
      name,
      ns * (1 + ((run * 3 + index * 5) % 7) / 700),
    ]),
  );
}

/** A number of pushes with the same values. */
export function pushes(count: number, values: Values = SUITE, regressed?: readonly string[]) {
  return Array.from(
    { length: count },
    (): Level => ({ values, ...(regressed !== undefined && { regressed }) }),
  );
}

/** The record that the action writes for the output of `go test -bench`. */
export function createRecord(
  { values, regressed = [] }: Level,
  { run, sha, timeMs }: { readonly run: number; readonly sha: string; readonly timeMs: number },
): RunRecord {
  return {
    v: 1,
    suite: 'default',
    environment: `${process.platform}-${process.arch}`,
    sha,
    ref: 'refs/heads/main',
    time: new Date(timeMs).toISOString(),
    run: { id: String(run + 1), attempt: '1', job: 'build' },
    env: {},
    status: regressed.length > 0 ? 'regressed' : 'accepted',
    benches: Object.entries(measured(values, run)).map(([name, centre]) => ({
      id: `example.org/shop.${name}`,
      metric: 'time',
      unit: 'ns',
      better: 'lower',
      kind: 'sampled',
      n: 1,
      centre,
      ...(regressed.includes(name) && { regressed: true as const }),
    })),
  };
}
