import { median } from '@repo/statistics/median';
import type { RunRecord } from '../history/record.ts';
import { matchesName } from '../rules/rules.ts';
import { NO_SHIFT, type Shift } from './common-shift.ts';
import { worsening } from './limits.ts';
import { keyOf, type Pair } from './pairing.ts';
import type { Point } from './points.ts';
import { BASELINE, RECENT, resolutionOf } from './series.ts';
import type { Settings } from './settings.ts';

/** Fewest benchmarks that can tell a slow machine from a slow benchmark. */
const FEWEST = 4;
/** Coarser values (3 ns or 4 ns) say nothing about the machine. */
const COARSE = 0.1;

/** Of so many or more, one weighs nothing in the median of all. */
const MANY = 32;

/** By how much each run was slower as a whole than usual, as log factors. */
export interface Factors {
  /** As the other benchmarks saw it: of few, one that changed would hide half of its own change. */
  readonly of: (run: RunRecord | 'current', benchmark: string) => number;
  readonly shift: Shift;
}

type Both = Extract<Pair, { state: 'both' }>;

/**
 * What the benchmarks of each run have in common: of each run the median, over the benchmarks, of
 * its logarithm less what is usual for the benchmark.
 */
export function factorsOf(
  records: readonly RunRecord[],
  series: ReadonlyMap<string, readonly Point[]>,
  pairs: readonly Pair[],
  settings: Settings,
): Factors {
  const { normalize } = settings;
  const none: Factors = { of: () => 0, shift: NO_SHIFT };
  if (normalize.kind === 'off') return none;
  const isReference = normalize.kind === 'reference';
  const members = membersOf(pairs, series, settings);
  if (members.length < (isReference ? 1 : FEWEST)) {
    return { ...none, shift: { ...NO_SHIFT, benchmarks: members.length } };
  }
  const rows = records.slice(-(BASELINE + RECENT)).map((run) => ({
    run,
    values: members.map(({ values }) => values.get(run)),
  }));
  const usual = members.map(({ values }) => {
    const before = rows.slice(0, Math.max(1, rows.length - RECENT + 1));
    const found = before.flatMap(({ run }) => values.get(run) ?? []);
    return found.length === 0 ? undefined : median(found);
  });
  const factor = (values: readonly (number | undefined)[], except: number) => {
    const moves = values.flatMap((value, column) => {
      const centre = usual[column];
      return value === undefined || centre === undefined || column === except
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
  const ofAll = new Map([...byRun].map(([run, values]) => [run, factor(values, -1)]));
  return {
    of: (run, benchmark) => {
      const column = columns.get(benchmark);
      if (isReference || members.length >= MANY || column === undefined) return ofAll.get(run) ?? 0;
      return factor(byRun.get(run) ?? [], column);
    },
    shift: {
      ratio: Math.exp(ofAll.get('current') ?? 0),
      applied: true,
      reference: isReference,
      benchmarks: members.length,
    },
  };
}

/** A benchmark that tells of the machine: log values, seen so that more is worse. */
interface Member {
  readonly benchmark: string;
  readonly values: ReadonlyMap<RunRecord, number>;
  readonly current: number;
}

function membersOf(
  pairs: readonly Pair[],
  series: ReadonlyMap<string, readonly Point[]>,
  { normalize, policyOf }: Settings,
): readonly Member[] {
  const isNoisy = (pair: Pair): pair is Both =>
    pair.state === 'both' && pair.after.kind !== 'exact' && !policyOf(pair.after).exact;
  const members = new Map<string, Member>();
  for (const { before, after } of pairs.filter(isNoisy)) {
    if (normalize.kind === 'reference' && !matchesName(normalize.glob, after)) continue;
    const better = policyOf(after).better ?? after.better;
    const points = series.get(keyOf(before)) ?? [];
    const values = points.map(({ value }) => value);
    if (better === 'none' || better === 'unknown' || members.has(after.benchmark)) continue;
    if (!(after.centre > 0) || points.length === 0 || values.some((value) => !(value > 0)))
      continue;
    if (resolutionOf(values) > COARSE * median(values)) continue;
    members.set(after.benchmark, {
      benchmark: after.benchmark,
      values: new Map(points.map(({ run, value }) => [run, worsening(Math.log(value), better)])),
      current: worsening(Math.log(after.centre), better),
    });
  }
  return [...members.values()];
}
