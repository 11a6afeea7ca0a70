import { median } from '@repo/statistics/median';
import type { RunRecord } from '../history/record.ts';
import { matchesName } from '../rules/rules.ts';
import { NO_SHIFT, type Shift } from './common-shift.ts';
import { worsening } from './limits.ts';
import { metricKey, type Pair } from './pairing.ts';
import type { Point } from './points.ts';
import { BASELINE_RUNS, detectResolution, RECENT_RUNS } from './series.ts';
import type { Settings } from './settings.ts';

/** With fewer benchmarks, a slow machine and a slow benchmark look the same. */
const MIN_BENCHMARKS = 4;
/** Coarser values (3 ns or 4 ns) do not show the speed of the machine. */
const MAX_RESOLUTION = 0.1;
/** In the median of so many benchmarks, the weight of one is negligible. */
const MANY_BENCHMARKS = 32;

/** How much slower than usual each run was as a whole, as log factors. */
export interface Factors {
  /** The factor without the benchmark itself, which would hide a part of its own change. */
  readonly factorFor: (run: RunRecord | 'current', benchmark: string) => number;
  readonly shift: Shift;
}

type Both = Extract<Pair, { state: 'both' }>;

/**
 * Computes the common factor of each run: the median, over the benchmarks, of the logarithm of the
 * value minus the usual logarithm of the benchmark.
 */
export function computeFactors(
  records: readonly RunRecord[],
  series: ReadonlyMap<string, readonly Point[]>,
  pairs: readonly Pair[],
  settings: Settings,
): Factors {
  const { normalize } = settings;
  const noFactors: Factors = { factorFor: () => 0, shift: NO_SHIFT };
  if (normalize.kind === 'off') return noFactors;
  const isReference = normalize.kind === 'reference';
  const members = selectMembers(pairs, series, settings);
  if (members.length < (isReference ? 1 : MIN_BENCHMARKS)) {
    return { ...noFactors, shift: { ...NO_SHIFT, benchmarks: members.length } };
  }
  const rows = records.slice(-(BASELINE_RUNS + RECENT_RUNS)).map((run) => ({
    run,
    values: members.map(({ values }) => values.get(run)),
  }));
  const usual = members.map(({ values }) => {
    const before = rows.slice(0, Math.max(1, rows.length - RECENT_RUNS + 1));
    const found = before.flatMap(({ run }) => values.get(run) ?? []);
    return found.length === 0 ? undefined : median(found);
  });
  const medianMove = (values: readonly (number | undefined)[], excluded: number) => {
    const moves = values.flatMap((value, column) => {
      const centre = usual[column];
      return value === undefined || centre === undefined || column === excluded
        ? []
        : [value - centre];
    });
    return moves.length === 0 ? 0 : median(moves);
  };
  const byRun = new Map<RunRecord | 'current', readonly (number | undefined)[]>([
    ...rows.map(({ run, values }) => [run, values] as const),
    ['current', members.map((member) => member.current)],
  ]);
  const columns = new Map(members.map(({ benchmark }, column) => [benchmark, column]));
  const factors = new Map([...byRun].map(([run, values]) => [run, medianMove(values, -1)]));
  return {
    factorFor: (run, benchmark) => {
      const column = columns.get(benchmark);
      if (isReference || members.length >= MANY_BENCHMARKS || column === undefined)
        return factors.get(run) ?? 0;
      return medianMove(byRun.get(run) ?? [], column);
    },
    shift: {
      ratio: Math.exp(factors.get('current') ?? 0),
      applied: true,
      reference: isReference,
      benchmarks: members.length,
    },
  };
}

/** A benchmark that shows the speed of the machine: log values, oriented so that more is worse. */
interface Member {
  readonly benchmark: string;
  readonly values: ReadonlyMap<RunRecord, number>;
  readonly current: number;
}

function selectMembers(
  pairs: readonly Pair[],
  series: ReadonlyMap<string, readonly Point[]>,
  { normalize, policyFor }: Settings,
): readonly Member[] {
  const isNoisy = (pair: Pair): pair is Both =>
    pair.state === 'both' && pair.after.kind !== 'exact' && !policyFor(pair.after).exact;
  const members = new Map<string, Member>();
  for (const { before, after } of pairs.filter(isNoisy)) {
    if (normalize.kind === 'reference' && !matchesName(normalize.glob, after)) continue;
    const better = policyFor(after).better ?? after.better;
    const points = series.get(metricKey(before)) ?? [];
    const values = points.map(({ value }) => value);
    if (better === 'none' || better === 'unknown' || members.has(after.benchmark)) continue;
    if (!(after.centre > 0) || points.length === 0 || values.some((value) => !(value > 0)))
      continue;
    if (detectResolution(values) > MAX_RESOLUTION * median(values)) continue;
    members.set(after.benchmark, {
      benchmark: after.benchmark,
      values: new Map(points.map(({ run, value }) => [run, worsening(Math.log(value), better)])),
      current: worsening(Math.log(after.centre), better),
    });
  }
  return [...members.values()];
}
